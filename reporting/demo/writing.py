"""What the bureaus of the demonstration hand in: invented summaries, drawn photographs, small films."""

import random
from functools import cache

from reporting.demo_material import make_docx, make_heic, make_photo, make_video

CAPTIONS = (
    "“质量月”活动启动仪式", "质量咨询服务进社区", "首席质量官培训班", "特种设备安全专项检查", "实验室开放日", "企业质量诚信承诺签名",
    "QC小组成果发布会", "计量惠民免费检定", "儿童用品质量抽查", "质量知识进校园", "检验人员现场指导企业", "新闻发布会现场",
)  # fmt: skip
PHOTO_SIZE = (800, 600)
PARTS = (
    (
        "一、加强领导，精心组织",
        (
            "我局成立了“质量月”活动领导小组，制定活动方案，召开动员会{meetings}次，{departments}个部门参与，"
            "把活动任务逐项分解到责任处室和市县局，确保活动有计划、有检查、有总结。"
        ),
    ),
    (
        "二、广泛宣传，营造氛围",
        (
            "举办启动仪式和现场咨询活动{events}场，发放宣传资料{leaflets}余份，悬挂横幅{banners}条，展出展板{boards}块，"
            "接受群众咨询{consultations}人次，各级媒体刊发报道{articles}篇，发送质量宣传短信{messages}万条。"
        ),
    ),
    (
        "三、服务企业，提升质量",
        (
            "组织专家和技术人员{experts}人次深入企业{enterprises}家，解决质量技术问题{problems}个；举办首席质量官等培训班{classes}期，"
            "培训{trained}人次；开放实验室{labs}个，免费检定计量器具{instruments}台（件）。"
        ),
    ),
    (
        "四、突出重点，整治隐患",
        (
            "围绕儿童用品、建材、特种设备等开展专项检查，出动执法人员{officers}人次，检查企业{checked}家，抽查产品{samples}批次，"
            "立案查处{cases}起，涉案货值{value}万元。"
        ),
    ),
    (
        "五、取得的成效和下一步打算",
        "通过活动，全社会质量意识进一步增强。下一步我们将巩固活动成果，健全长效机制，推动质量工作再上新台阶。",
    ),
)


def summary(name: str, seed: int) -> str:
    """The text of a bureau's summary, in the order in which such papers are written."""
    chance = random.Random(seed)  # noqa: S311 - figures for show
    number = chance.randint
    figures = {
        "meetings": number(2, 6), "departments": number(8, 43), "events": number(6, 60), "leaflets": number(20, 400) * 100,
        "banners": number(30, 400), "boards": number(20, 200), "consultations": number(5, 90) * 100, "articles": number(20, 300),
        "messages": number(3, 80), "experts": number(100, 900), "enterprises": number(40, 700), "problems": number(30, 400),
        "classes": number(3, 30), "trained": number(3, 40) * 100, "labs": number(4, 40), "instruments": number(10, 90) * 100,
        "officers": number(5, 90) * 100, "checked": number(4, 60) * 100, "samples": number(3, 50) * 100, "cases": number(20, 500),
        "value": number(50, 3000),
    }  # fmt: skip
    lead = (
        f"按照《质检总局等关于开展2014年全国“质量月”活动的通知》要求，{name}紧紧围绕“推动‘三个转变’，建设质量强国”主题，"
        "结合本地实际开展了形式多样的“质量月”活动。现将活动开展情况总结如下。"
    )
    parts = [f"{title}\n{text.format(**figures)}" for title, text in PARTS]
    return "\n\n".join([lead, *parts])


@cache
def photo(number: int) -> tuple[str, bytes, str]:
    """Name, bytes and caption of one of a dozen photographs; every fourth is a telephone's HEIC."""
    caption = CAPTIONS[number % len(CAPTIONS)]
    if number % 4 == 3:
        return f"IMG_{2000 + number}.HEIC", make_heic(number, caption, size=PHOTO_SIZE), caption
    return f"{caption}.jpg", make_photo(number, caption, size=PHOTO_SIZE), caption


@cache
def video(number: int) -> tuple[str, bytes]:
    """Name and bytes of one of three short films."""
    return f"“质量月”启动仪式（{number + 1}）.mp4", make_video(2, seed=number, caption="“质量月”启动仪式")


def paper(title: str, text: str) -> bytes:
    """The summary as a Word file."""
    return make_docx(title, text.split("\n"))
