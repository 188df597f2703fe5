"""Sealing at rest, keyed index, message codes and signatures (SM2, SM3, SM4) behind one interface."""
