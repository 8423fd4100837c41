"""Invented names. None of the districts, streets or townships exists under this name in Lianyungang."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())


CITY = "云汐市"
DISTRICTS = {"YX01": "澄湾区", "YX02": "望潮区", "YX03": "禾川县"}
FUNCTIONAL_ZONE = ("YX90", "临潮产业园区")
STREETS = {
    "YX0101": "观澜街道",
    "YX0102": "鼓楼南街道",
    "YX0103": "砚田街道",
    "YX0104": "望江门街道",
    "YX0201": "听涛街道",
    "YX0202": "新帆街道",
    "YX0203": "渔灯街道",
    "YX0204": "临潮街道",
}
TOWNSHIPS = {
    "YX0105": "石堰镇",
    "YX0205": "鸥浦镇",
    "YX0301": "禾城镇",
    "YX0302": "柳垛镇",
    "YX0303": "青坨镇",
    "YX0304": "芦汀乡",
    "YX0305": "沙岗乡",
}
COMMUNITIES = _words("""
观澜 清荷 松涛 桂苑 东篱 听雨 书香 谯楼 崇文 石榴 银杏 槐荫 古井 钟声 砚田
墨香 兰亭 竹径 丁香 梅园 和顺 望江 渡口 柳岸 南浦 蓝桥 青石 水杉 听涛 帆影
海桐 白鹭 春晖 晨曦 新帆 云帆 锦帆 长风 远航 启明 星海 渔灯 织网 船坞
盐河湾 月港 潮音 临潮 金滩 银沙 碧波 海晏 港新 桃溪 榆荫 长虹
""")
COUNTY_COMMUNITIES = _words("丰泽 禾香 麦穗 稻花 粮市")
TOWN_COMMUNITIES = ("石堰街", "鸥浦街", "柳垛街", "青坨街")
VILLAGE_FIRST = _words("东 西 南 北 前 后 大 小 上 下 新 老")
VILLAGE_MIDDLE = _words("阮 程 柳 杨 葛 汤 滕 邱 顾 闵 魏 郝 孟 戚 谭 靳 裴 温 凌 骆")
VILLAGE_LAST = _words("庄 圩 湾 墩 荡 甸 巷 窑 渡 桥")
ISLET_VILLAGE = "鸥洲岛村"
MAIN_STREETS = _words("""
望潮路 长堤路 海曙路 松风路 书院路 云汐大道 江滨西路 江滨东路 听涛路 织锦路
灯塔路 新港路 港城大道 北环路 文昌路 清荷路 人民路 钟楼路 青年路 铁北路 铁南路
解放路 南环路
""")
SIDE_STREETS = _words("""
桂花 丁香 石榴 银杏 梧桐 合欢 白果 枇杷 木槿 紫藤 竹园 菱塘 藕池 双井 磨坊
油坊 酱园 茶亭 药市 米市 布行 船舱 锚地 渔市 盐仓 粮仓 学前 学后 府前 府后
仓桥 板桥 石桥 虹桥 卧龙 凤鸣 鹤鸣 雁行 燕子 画眉 百灵 翠鸟
""")
COUNTY_STREETS = _words("禾川路 稻香路 丰收路 西城路 东城路 北门路 麦浪路 谷场路 南门路")


def park(column: int) -> str:
    """Return the name of the park in a column of blocks: one on each side of the river."""
    return "芳汀公园" if column < 6 else "望海公园"


def village_names(count: int) -> list[str]:
    """Return `count` different village names, always the same ones."""
    names = []
    for number in range(count):
        first = VILLAGE_FIRST[(number * 5 + number // 20) % len(VILLAGE_FIRST)] if number % 3 else ""
        middle = VILLAGE_MIDDLE[(number * 7) % len(VILLAGE_MIDDLE)]
        last = VILLAGE_LAST[(number * 3 + number // 10) % len(VILLAGE_LAST)]
        names.append(f"{first}{middle}{last}村")
    if len(set(names)) < count:
        raise ValueError("Two villages would share a name.")
    return names
