"""What notice 国质检质联〔2014〕432号 says, as a coordinator would enter it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from reporting.campaigns.rules import FORMATS, CampaignPlan, SlotKind, SlotPlan, TaskPlan

ZONE = "Asia/Shanghai"
MEGABYTE = 1024**2

FOCUS_AREAS = (
    (
        "深入开展质量提升活动，推动经济发展转型升级",
        "夯实标准、计量、认证认可、检验检测等质量工作基础，全面提升产品质量、工程质量、服务质量以及环境质量。",
    ),
    (
        "扎实开展质量整治活动，维护人民群众切身利益",
        "加强食品、农产品、消费品等重点领域质量安全监管，有效整治事关公共安全和人身健康安全的重大质量问题。",
    ),
    (
        "广泛开展群众性质量活动，增强全民质量意识",
        "在基层和一线普及质量知识，广泛开展质量改进、质量攻关、技术比武等群众性质量活动。",
    ),
    (
        "大力开展质量宣传活动，营造质量发展良好氛围",
        "围绕重点工作、亮点活动和焦点内容进行深入宣传，促进“质量月”活动信息的广泛交流与即时宣传。",
    ),
    (
        "积极促进社会质量共治，形成推动质量发展合力",
        "发挥企业主体作用，推动政府抓好“质量月”活动，促进行业组织、第三方机构等社会力量开展行业自律。",
    ),
    (
        "有效提高装备制造业质量管理水平，推动制造业质量升级",
        "推动大中型装备制造业企业开展质量管理成熟度自查和提升活动，指导和帮扶小微装备制造业企业。",
    ),
)

NATIONAL_SLOGANS = (
    "推动“三个转变”  建设质量强国", "提质增效升级  打造中国质量", "提质增效升级  建设质量强国",
    "贯彻党的十八届三中全会精神  推动实施《质量发展纲要》", "全民重质量  共筑中国梦", "增强质量意识  建设质量强国",
    "全面提高质量  推动科学发展", "恪守质量诚信  践行社会责任", "提高质量效益  助推经济发展", "建设质量强国  共享美好生活",
    "推动质量发展  建设美丽中国", "质量助推经济转型  安全促进社会和谐", "质量成就品牌  信用誉满全球", "质量同行  诚信同心  未来同建",
    "共建质量强国  同创美好生活", "质量上台阶  生活上品位", "共筑质量大堤  共享和谐生活", "质量是民生之重  兴国之道  强国之策",
    "质量是民生之本  质量是幸福之根", "提升质量  追求卓越  共建美丽中国", "质量引领中国制造走向世界", "认证认可  传递信任  服务发展",
    "质量提升  标准先行", "人人创造质量  人人享受质量", "落实质量责任  增强消费信心", "提高服务质量  追求顾客满意", "赶超质量标杆  争创一流服务",
)  # fmt: skip
MACHINERY_SLOGANS = (
    "质量·品牌·竞争力",
    "转型升级 中国智造",
    "培育质量品牌  打造机械强国",
    "推进绿色制造  建设质量中国",
)


def moment(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of 2014 on Beijing's clocks, in UTC."""
    return datetime(2014, month, day, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


OPENS_AT = moment(9, 29, 9)
DUE_AT = moment(10, 16)
CUTOFF_AT = moment(11, 1)


def campaign() -> CampaignPlan:
    """The campaign; the desk's telephone is invented, since the notice names none."""
    return CampaignPlan(
        year=2014,
        title="2014年全国“质量月”活动",
        title_en="National Quality Month 2014",
        document_number="国质检质联〔2014〕432号",
        theme="推动“三个转变”  建设质量强国",
        theme_en="Promote the Three Transformations, build a nation strong in quality",
        starts_on=date(2014, 9, 1),
        ends_on=date(2014, 9, 30),
        zone=ZONE,
        contact_name="质量管理司 活动办公室",
        contact_phone="010-0000 0432",
        focus_areas=FOCUS_AREAS,
        slogan_lists=(
            ("2014年全国“质量月”活动口号", NATIONAL_SLOGANS),
            ("2014年全国机械工业“质量月”活动口号", MACHINERY_SLOGANS),
        ),
    )


def task() -> TaskPlan:
    """What the notice asks for by 15 October: a summary, photos and videos, all three."""
    return TaskPlan(
        title="活动总结",
        title_en="Activity summary",
        guidance="按照通知要求，报送本单位“质量月”活动总结、有关图片及视频。总结可以直接填写，也可以上传文档。",
        opens_at=OPENS_AT,
        due_at=DUE_AT,
        cutoff_at=CUTOFF_AT,
        slots=(
            SlotPlan(
                kind=SlotKind.SUMMARY,
                least=1,
                most=5,
                formats=FORMATS[SlotKind.SUMMARY],
                max_bytes=50 * MEGABYTE,
                takes_text=True,
            ),
            SlotPlan(
                kind=SlotKind.PHOTOS,
                least=1,
                most=30,
                formats=FORMATS[SlotKind.PHOTOS],
                max_bytes=30 * MEGABYTE,
                may_declare_none=True,
            ),
            SlotPlan(
                kind=SlotKind.VIDEOS,
                least=1,
                most=5,
                formats=FORMATS[SlotKind.VIDEOS],
                max_bytes=2048 * MEGABYTE,
                may_declare_none=True,
            ),
        ),
    )
