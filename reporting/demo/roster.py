"""The 72 bodies that owed a report in 2014: 37 quality bureaus and 35 inspection and quarantine bureaus.

Their names follow from the names of the places, but for two which were renamed in the summer of 2014.
Source: the addressees of notice 国质检质联〔2014〕432号; division codes are those of GB/T 2260.
"""

from reporting.bureaus.rules import RosterRow

ORGANISER = RosterRow(
    1,
    "HQ",
    "国家质量监督检验检疫总局",
    "General Administration of Quality Supervision, Inspection and Quarantine",
    "质检总局",
    "headquarters",
)

# code, name, full name, English name, division code; P province, M municipality, A autonomous region
PLACES = """
BJ 北京 北京市 Beijing 110000 M|TJ 天津 天津市 Tianjin 120000 M|HE 河北 河北省 Hebei 130000 P|SX 山西 山西省 Shanxi 140000 P
NM 内蒙古 内蒙古自治区 Inner_Mongolia 150000 A|LN 辽宁 辽宁省 Liaoning 210000 P|JL 吉林 吉林省 Jilin 220000 P
HL 黑龙江 黑龙江省 Heilongjiang 230000 P|SH 上海 上海市 Shanghai 310000 M|JS 江苏 江苏省 Jiangsu 320000 P
ZJ 浙江 浙江省 Zhejiang 330000 P|AH 安徽 安徽省 Anhui 340000 P|FJ 福建 福建省 Fujian 350000 P|JX 江西 江西省 Jiangxi 360000 P
SD 山东 山东省 Shandong 370000 P|HA 河南 河南省 Henan 410000 P|HB 湖北 湖北省 Hubei 420000 P|HN 湖南 湖南省 Hunan 430000 P
GD 广东 广东省 Guangdong 440000 P|GX 广西 广西壮族自治区 Guangxi 450000 A|HI 海南 海南省 Hainan 460000 P|CQ 重庆 重庆市 Chongqing 500000 M
SC 四川 四川省 Sichuan 510000 P|GZ 贵州 贵州省 Guizhou 520000 P|YN 云南 云南省 Yunnan 530000 P|XZ 西藏 西藏自治区 Tibet 540000 A
SN 陕西 陕西省 Shaanxi 610000 P|GS 甘肃 甘肃省 Gansu 620000 P|QH 青海 青海省 Qinghai 630000 P|NX 宁夏 宁夏回族自治区 Ningxia 640000 A
XJ 新疆 新疆维吾尔自治区 Xinjiang 650000 A|DL 大连 大连市 Dalian 210200 C|NB 宁波 宁波市 Ningbo 330200 C|XM 厦门 厦门市 Xiamen 350200 C
QD 青岛 青岛市 Qingdao 370200 C|SZ 深圳 深圳市 Shenzhen 440300 C|BT 兵团 新疆生产建设兵团 Xinjiang_Production_and_Construction_Corps 660000 X
ZH 珠海 珠海市 Zhuhai 440400 C
"""
RENAMED_IN_2014 = {"TJ": "天津市市场和质量监管委", "SZ": "深圳市市场和质量监管委"}
WITHOUT_QUALITY_BUREAU = {"ZH"}
WITHOUT_CIQ = {"DL", "QD", "BT"}
CIQ_ORDER = (
    "BJ", "TJ", "HE", "SX", "NM", "LN", "JL", "HL", "SH", "JS", "ZJ", "NB", "AH", "FJ", "XM", "JX", "SD", "HA", "HB", "HN", "GD", "SZ", "ZH",
    "HI", "GX", "CQ", "SC", "GZ", "YN", "XZ", "SN", "GS", "QH", "NX", "XJ",
)  # fmt: skip
RANK = {"P": "Provincial", "M": "Municipal", "C": "Municipal", "A": "Autonomous Region", "X": ""}
REGIONS = {"1": "华北", "2": "东北", "3": "华东", "4": "中南", "5": "西南", "6": "西北"}


def rows() -> list[RosterRow]:
    """The organiser and the 72 bodies below it, in the order of the official lists."""
    places = {
        place[0]: place for place in (line.split() for line in PLACES.replace("\n", "|").split("|") if line.strip())
    }
    quality = [_quality(*places[code]) for code in places if code not in WITHOUT_QUALITY_BUREAU]
    ciq = [_ciq(*places[code]) for code in CIQ_ORDER if code not in WITHOUT_CIQ]
    numbered = [ORGANISER, *quality, *ciq]
    return [_numbered(row, number) for number, row in enumerate(numbered, start=2)]


def _numbered(row: RosterRow, number: int) -> RosterRow:
    parent = "" if row is ORGANISER else ORGANISER.code
    return RosterRow(
        number,
        row.code,
        row.name_zh,
        row.name_en,
        row.short_zh,
        row.kind,
        row.division_code,
        row.region,
        parent,
        row.aliases,
    )


def _quality(code: str, name: str, full: str, english: str, division: str, rank: str) -> RosterRow:
    place = " ".join([english.replace("_", " "), RANK[rank]]).strip()
    region = REGIONS[division[0]]
    if code in RENAMED_IN_2014:
        return RosterRow(
            0, f"Q-{code}", f"{full}市场和质量监督管理委员会", f"{place} Market and Quality Supervision and Administration Commission",
            RENAMED_IN_2014[code], "quality", division, region, aliases=(f"{full}质量技术监督局", f"{name}质监局"),
        )  # fmt: skip
    short = f"{full}质监局" if rank == "C" else f"{name}质监局"
    return RosterRow(
        0,
        f"Q-{code}",
        f"{full}质量技术监督局",
        f"{place} Bureau of Quality and Technical Supervision",
        short,
        "quality",
        division,
        region,
    )


def _ciq(code: str, name: str, _full: str, english: str, division: str, _rank: str) -> RosterRow:
    place = english.replace("_", " ")
    return RosterRow(
        0, f"C-{code}", f"{name}出入境检验检疫局", f"{place} Entry-Exit Inspection and Quarantine Bureau", f"{name}检验检疫局",
        "ciq", division, REGIONS[division[0]],
    )  # fmt: skip
