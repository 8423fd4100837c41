"""Names as offices and maps write them: the same place under two spellings, and how alike two names are."""

from __future__ import annotations

import math
import re
import unicodedata
from difflib import SequenceMatcher

import pandas as pd

COMPANY = re.compile(r"(?:有限责任公司|股份有限公司|有限公司)$")
STOP_MARK = re.compile(r"[(](?:公交站点?|公交车站|地铁站)[)]$|公交站点?$|公交车站$")
ORDINAL = re.compile(r"第(\d{1,2})(?!\d)")
NO_LETTER = re.compile(r"[\W_]+")

ABOVE = re.compile(r"[㐀-鿿]{2,6}?(?:自治区|省|自治州|地区|市|自治县|县|(?<![小社校园院片街])区)")
"""What a name may begin with to say where it is: a province, a city, a county or a district (no 小区, 社区 ...)."""

KINDS = frozenset(
    {
        *("幼儿园", "小学", "中学", "初级中学", "高级中学", "学校", "医院", "人民医院", "中医院", "中医医院", "卫生院"),
        *("卫生室", "卫生服务中心", "社区卫生服务中心", "社区卫生服务站", "敬老院", "养老院", "福利院", "图书馆"),
        *("文化馆", "文化站", "体育馆", "体育场", "公园", "广场", "政府", "法院", "公安局", "派出所", "车站", "场"),
    }
)
"""Kinds of things: what is left of a name may not be one of these alone, for that names nothing."""

VARIANTS = (("幼稚园", "幼儿园"), ("託", "托"), ("敬老院", "养老院"), ("卫生所", "卫生室"))
"""Words that mean the same, as they are written in the name and as they are compared."""

DIGITS = "零一二三四五六七八九"
TEN = 10


def plain_name(name: object) -> str:
    """Return a name without what differs between spellings of the same one; "" where there is no name.

    Full-width letters become half-width, small letters are taken; spaces, brackets and punctuation go (what stands in
    brackets stays: 东校区 is another place than 西校区); 第1 is 第一.

    Examples
    --------
    >>> plain_name("听涛街道　第１幼儿园（东区）"), plain_name(None)
    ('听涛街道第一幼儿园东区', '')
    """
    if name is None or name is pd.NA or (isinstance(name, float) and math.isnan(name)):
        return ""
    text = unicodedata.normalize("NFKC", str(name)).casefold().strip()
    return ORDINAL.sub(lambda found: "第" + _numeral(int(found[1])), NO_LETTER.sub("", text))


def normalised_name(name: object) -> str:
    """Return the name of a facility as it is compared with others.

    Beside what `plain_name` does: the province, city, county or district in front goes if more than a kind of thing is
    left (连云港市幼儿园 keeps its city); 有限公司 and a stop's 公交站 at the end go; 幼稚园 is 幼儿园.

    Examples
    --------
    >>> normalised_name("连云港市海州区　实验幼稚园有限公司"), normalised_name("实验幼儿园")
    ('实验幼儿园', '实验幼儿园')
    >>> normalised_name("连云港市幼儿园"), normalised_name("阳光小区幼儿园"), normalised_name("市政府(公交站)")
    ('连云港市幼儿园', '阳光小区幼儿园', '市政府')
    """
    plain = plain_name(name)
    if not plain:
        return ""
    text = STOP_MARK.sub("", unicodedata.normalize("NFKC", str(name)).strip()) or str(name)
    text = COMPANY.sub("", plain_name(text))
    for written, meant in VARIANTS:
        text = text.replace(written, meant)
    while (found := ABOVE.match(text)) and (left := text[found.end() :]) not in KINDS and len(left) > 1:
        text = left
    return text or plain


def similarity(one: str, other: str) -> float:
    """Return how alike two normalised names are, from 0 to 1, the same whichever comes first.

    Examples
    --------
    >>> round(similarity("实验幼儿园", "实验第一幼儿园"), 2), similarity("", "实验幼儿园")
    (0.83, 0.0)
    """
    if not one or not other:
        return 0.0
    first, second = sorted((one, other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _numeral(number: int) -> str:
    """Return a number below 100 in Chinese."""
    tens, ones = divmod(number, TEN)
    if not tens:
        return DIGITS[ones]
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")


def plain_path(names: str) -> str:
    """Return a category's names, from the widest to the narrowest, with one kind of semicolon and no spaces.

    Examples
    --------
    >>> plain_path("教育培训； 幼儿园")
    '教育培训;幼儿园'
    """
    return "".join(unicodedata.normalize("NFKC", names).split()).casefold()
