"""The page of all components in every state: what a page author copies from, and what is looked at after a change."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yingbao.web.parts import Column, Event, Outcome, Pages, Share, StepLine, Tab
from yingbao.web.permission import permission

COLOURS = (
    ("ink", "正文"), ("ink-2", "次要"), ("ink-3", "说明"), ("line", "线"), ("wash", "底"), ("ground", "纸"),
    ("blue", "能点、主数"), ("blue-ink", "蓝底上的字"), ("blue-wash", "选中"), ("amber", "要留意"),
    ("amber-wash", "要留意的底"), ("red", "钱有风险"),
)  # fmt: skip


class Sample(forms.Form):
    """Fields of every kind, one of them wrong."""

    paid_on = forms.CharField(label="缴费日", help_text="例如 2024-11-18")
    number = forms.CharField(label="身份证号")
    window = forms.ChoiceField(label="缴费期", choices=[("central", "集中缴费期"), ("late", "补充缴费期")])
    classes = forms.MultipleChoiceField(
        label="人员类别",
        choices=[("a", "特困人员"), ("b", "低保对象"), ("c", "脱贫人口")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def clean_number(self) -> str:
        """Always refuses, to show how an error stands."""
        raise forms.ValidationError("最后一位不对，应为数字或 X")


@permission("web.components")
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component with made-up contents; nobody's data."""
    given = {"paid_on": "2024-11-18", "number": "99010119580314142", "window": "central", "classes": ["b"]}
    return render(
        request,
        "workbench/components.html",
        {
            "colours": COLOURS,
            "form": Sample(given),
            "tabs": [Tab("全部", "#tabs", True, 33), Tab("查无此人", "#tabs", False, 17), Tab("疑似多人", "#tabs", False, 9)],
            "columns": [Column("镇、街道"), Column("参保率", number=True), Column("位置", hidden=True), Column("未参保", number=True)],
            "units": [("黄羊河街道", 7781, 564), ("高坝镇", 8461, 7681), ("长城镇", 9580, 630)],
            "matrix": [("下河村", (47, 7, 0)), ("新庄村", (34, 6, 1)), ("西沟村", (18, 2, 0))],
            "lines": _lines(),
            "shares": [
                Share("本人", 15000), Share("医疗救助资金", 25000), Share("中央财政", 53600),
                Share("省级财政", 11680), Share("市县财政", 1720),
            ],
            "events": _events(),
            "outcomes": _outcomes(),
            "pages": Pages(1, 20, 422, None, "#pages"),
        },
    )  # fmt: skip


def _lines() -> list[StepLine]:
    source = "甘医保发〔2024〕54号 三、附表2"
    return [
        StepLine("个人缴费标准，每人每年", ("甘医保发〔2024〕54号 二(二)",), "400.00"),
        StepLine("农村低保三四类，医疗救助资助", (source,), "−250.00"),
        StepLine("已脱贫人口另有 100.00 元，不叠加", (source,), "0.00", assumed="就高不重复，只取最高的一种"),
        StepLine("差额征缴：缴费时直接减去，本人只缴差额", (source,), "150.00", last=True),
    ]


def _events() -> list[Event]:
    return [
        Event("2025-01-01", "待遇开始", "到 2025-12-31，无等待期", "next"),
        Event("2024-11-18", "缴费 150.00 元", "10:42 微信·票号尾号 5127", "money"),
        Event("2024-11-06", "入户走访", "村代办员：答应 11 月下旬缴"),
        Event("2024-03-01", "认定 农村低保三类", "区民政局·证据 1 件"),
    ]


def _outcomes() -> list[Outcome]:
    return [
        Outcome("新增", 214, "进入低保"),
        Outcome("终止", 96, "上月有、本月未列"),
        Outcome("变更", 58, "类别升降"),
        Outcome("未变", 18031, "不动账单", quiet=True),
        Outcome("查无此人", 17, "须处理", decide=True),
        Outcome("疑似多人", 9, "须处理", decide=True),
        Outcome("无法读取", 7, "须处理", decide=True),
    ]
