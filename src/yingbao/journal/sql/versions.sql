-- Earlier versions of rows, and rows nobody may delete. Called by the migrations of every room:
--   SELECT journal_keep_versions('registry_resident');
-- and again after a column was added. The newest version of a row stands in the table itself, so that writing a new
-- row writes nothing else; only what is superseded goes to <table>_version, with the instant it ceased to be known.
CREATE OR REPLACE FUNCTION journal_keep_versions(kept regclass) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    bare text := (SELECT relname FROM pg_class WHERE oid = kept);
    columns text;
    missing record;
BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I (LIKE %s, known_until timestamptz NOT NULL)', bare || '_version', kept);
    FOR missing IN
        SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a
        WHERE a.attrelid = kept AND a.attnum > 0 AND NOT a.attisdropped AND NOT EXISTS (
            SELECT FROM pg_attribute v WHERE v.attrelid = (bare || '_version')::regclass AND v.attname = a.attname)
    LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN %I %s', bare || '_version', missing.attname, missing.type);
    END LOOP;
    -- none is left to loosen when a table is taken again
    EXECUTE coalesce((
        SELECT string_agg(format('ALTER TABLE %I ALTER COLUMN %I DROP NOT NULL', bare || '_version', a.attname), ';')
        FROM pg_attribute a WHERE a.attrelid = (bare || '_version')::regclass AND a.attnum > 0
        AND a.attnotnull AND a.attname NOT IN ('known_from', 'known_until')), 'SELECT');
    SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum) INTO columns FROM pg_attribute
    WHERE attrelid = kept AND attnum > 0 AND NOT attisdropped;
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON %I (%I, known_until)', bare || '_version_key', bare || '_version',
        (SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE i.indrelid = kept AND i.indisprimary));
    -- definer's rights: the application may read versions and never writes them
    EXECUTE format($f$
        CREATE OR REPLACE FUNCTION %1$I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, public, pg_temp AS $t$
        BEGIN
            INSERT INTO public.%2$I (%3$s, known_until)
            SELECT %3$s, public.journal_instant_after(known_from) FROM gone WHERE known_from <> now();
            RETURN NULL;
        END $t$ $f$, bare || '_supersede', bare || '_version', columns);
    EXECUTE format('DROP TRIGGER IF EXISTS journal_supersede ON %s', kept);
    EXECUTE format('CREATE TRIGGER journal_supersede AFTER UPDATE ON %s REFERENCING OLD TABLE AS gone '
        'FOR EACH STATEMENT EXECUTE FUNCTION %I()', kept, bare || '_supersede');
    EXECUTE format('DROP TRIGGER IF EXISTS journal_stamp ON %s', kept);
    EXECUTE format('CREATE TRIGGER journal_stamp BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION journal_stamp()', kept);
    EXECUTE format('DROP TRIGGER IF EXISTS journal_honest ON %s', kept);
    EXECUTE format('CREATE TRIGGER journal_honest AFTER INSERT ON %s REFERENCING NEW TABLE AS fresh '
        'FOR EACH STATEMENT EXECUTE FUNCTION journal_honest()', kept);
    PERFORM journal_never_deleted(kept);
    PERFORM journal_append_only((bare || '_version')::regclass);
    PERFORM journal_only_read((bare || '_version')::regclass);
END $body$;

-- Since when a row is known that stands in for one known since `before`: this transaction's instant. A transaction that
-- began earlier may write later (it waited for the other's lock); its version then follows the other's by a microsecond,
-- so that none is lost and each ends where the next begins. A row written twice in one transaction is one version.
CREATE OR REPLACE FUNCTION journal_instant_after(before timestamptz) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN before > now() THEN before + interval '1 microsecond' ELSE now() END;

-- Versions are written by the trigger alone, with its definer's rights.
CREATE OR REPLACE FUNCTION journal_only_read(kept regclass) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    holder record;
BEGIN
    FOR holder IN
        SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE format('%I', g.rolname) END AS name
        FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
        WHERE c.oid = kept AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON %s FROM %s', kept, holder.name);
    END LOOP;
END $body$;

-- A changed row is known so from now on, under the entry of this transaction.
CREATE OR REPLACE FUNCTION journal_stamp() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    NEW.known_from := journal_instant_after(OLD.known_from);
    NEW.entry_id := nullif(current_setting('app.entry', true), '')::uuid;
    RETURN NEW;
END $body$;

-- A new row cannot claim to have been known before.
CREATE OR REPLACE FUNCTION journal_honest() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF EXISTS (SELECT FROM fresh WHERE known_from <> now()) THEN
        RAISE EXCEPTION 'known_from is not for writing' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $body$;

-- Nobody deletes (肃医保〔2023〕48号 三(一)).
CREATE OR REPLACE FUNCTION journal_never_deleted(kept regclass) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS journal_never_deleted ON %s', kept);
    EXECUTE format('CREATE TRIGGER journal_never_deleted BEFORE DELETE OR TRUNCATE ON %s FOR EACH STATEMENT '
        'EXECUTE FUNCTION journal_refuse()', kept);
END $body$;

CREATE OR REPLACE FUNCTION journal_append_only(kept regclass) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS journal_append_only ON %s', kept);
    EXECUTE format('CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT '
        'EXECUTE FUNCTION journal_refuse()', kept);
END $body$;

CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% on % is refused: nobody changes or deletes what is kept', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $body$;

-- Rows of a unit are seen and written by those whose region is the unit or lies above it. `shown` is SQL over the
-- row: its unit's code, or a test that reaches it. The version table, if there is one, is read under the same rule.
CREATE OR REPLACE FUNCTION journal_scope(kept regclass, shown text) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    bare text := (SELECT relname FROM pg_class WHERE oid = kept);
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', kept);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', kept);
    EXECUTE format('DROP POLICY IF EXISTS region ON %s', kept);
    EXECUTE format('CREATE POLICY region ON %s USING (%s) WITH CHECK (%s)', kept, shown, shown);
    IF to_regclass(bare || '_version') IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', bare || '_version');
        EXECUTE format('DROP POLICY IF EXISTS region ON %I', bare || '_version');
        EXECUTE format('CREATE POLICY region ON %I FOR SELECT USING (%s)', bare || '_version', shown);
    END IF;
END $body$;

-- An empty or missing region is no region: `starts_with(code, '')` would be true for everything.
CREATE OR REPLACE FUNCTION journal_reaches(unit_code text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(starts_with(unit_code, nullif(current_setting('app.region', true), '')), false)
    OR coalesce(current_setting('app.region', true) = '0', false);
