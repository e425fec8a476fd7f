"""Chinese characters that a hurried reader takes for one another: by their shape, or by their sound.

Both tables were written for the course, from knowledge of the script. Tests hold that every character is in
GB 2312 and in the course's font, and that the glyphs of the first table overlap far more than those of
chance. The sounds are those of Mandarin with their tones; of a character with several readings, one counts.
"""

LOOK_ALIKE = """
未末 己已 已巳 己巳 戊戌 戌戍 戊戍 日曰 人入 土士 千干 干于 千于 天夭 大太 大犬 太犬 木本 木术 本术 末朱
未朱 王玉 王主 目自 日目 白百 田由 由甲 甲申 田甲 由申 田申 刀力 刀刃 力刃 九丸 几凡 几儿 风凤 爪瓜 牛午
午干 毛手 手乎 才寸 厉历 兔免 鸟乌 岛鸟 乌岛 马乌 拔拨 泼拨 折拆 析折 析拆 析祈 诉拆 侯候 幻幼 今令 冷泠
冶治 冶冷 洽冶 洒酒 洗冼 泪汨 汨汩 汩泪 休体 住往 住注 往注 侍待 待持 侍持 特持 诗特 恃持 请清 情清 晴睛
情晴 清晴 请情 精睛 蜻晴 倩情 狠狼 狼很 狠很 根很 恨狠 恨根 眼眠 限恨 良艮 郎朗 辨辩 辩辫 辨辫 瓣辨 辣辨
微徽 徵微 衰哀 哀衷 衷衰 卖买 实买 卖实 间问 间闻 问闻 闪闭 闲间 闷闵 简筒 竟竞 竟音 查杳 杳杏 票栗 粟栗
票粟 西酉 卯卵 仰抑 柳抑 折抑 拒柜 矩拒 距矩 炬矩 炬拒 课棵 裸棵 课裸 抓抠 捎梢 稍梢 捎稍 俏悄 销稍 渴喝
褐喝 揭喝 揭渴 谒揭 偈揭 扬杨 场扬 肠场 抱拖 泡抱 抱饱 饱炮 跑炮 袍抱 苞芭 暮幕 幕墓 墓暮 慕暮 慕幕 募慕
墓募 摸模 漠模 漠摸 膜模 馍摸 拢扰 忧优 忧扰 犹优 犹忧 扰优 提堤 遗遣 贯贵 责贵 贡贯 货贷 贫贪 货贸 赢羸
羸嬴 嬴赢 名各 若苦 告吉 洁浩 造选 牺栖 晒栖 栽裁 栽载 载裁 戴载 戴裁 哉栽 截栽 截载 戳截 藉籍 蓝篮 监蓝
坚竖 紧素 索素 絮紫 累紧 肓盲 育盲 忘妄 慌谎 疏蔬 琉流 撒撤 辙撤 澈撤 辙澈 鳖憋 撼憾 感憾 惑感 咸威 成咸
威戚 咸戚 戎戒 诫械 诚诫 城诚 晟盛 减咸 喊减 喊碱 粘站 帖贴 砧站 掂惦 役投 设投 股段 毅殷 殿殷 很恨 复夏
腹履
"""

SOUND_ALIKE = """
的地得 在再 做作坐座 他她它 是事式市世视试 以已 又右佑 像象向相 带待戴代 即及极级集急 记纪计 须需 必毕
帐账 份分 副付负富父 公工功攻 不布步部 这蔗 到道倒 会汇惠慧 合和河何荷 长常 成城程承诚 时十石食实识 使史始
里理李礼 力利立历例 想响享 进近劲尽 见件建健 间坚肩 清轻青 情晴 请顷 行形型 新心欣辛 信衅 先鲜仙
现线县限献 好郝 号浩耗 化画话划 环还 很狠 后厚候 快块筷 课刻客克 可渴 美每 没眉梅煤 名明鸣 那娜 难南男
你拟 旁庞 朋棚 便变遍 平评瓶屏苹 七期妻欺 其奇旗棋齐骑 起启 气器汽弃 前钱 千签迁 强墙 巧悄 求球 去趣
全权泉 人仁 认任 如儒 入褥 三叁 色涩 山删 身深伸 生声升 师诗施失 书输 数树术束 睡税 思司丝私 四似寺 送宋
算蒜 所锁 太态泰 谈弹坛 糖堂唐 提题 天添 条调 听厅 同铜童 头投 图徒途 完玩 晚碗 万腕 王亡 往网 为维围唯
位味未胃 文闻纹 无吴 午五舞武 物务误悟 西希吸息 习席 系细戏 下夏吓 小晓 笑校效孝 些歇 写血 谢泄械 学穴
言研盐严 演眼 要药耀 也野 业页夜叶 一衣医依 意义艺易议异译益 因音阴 应英鹰 用佣 由油游邮 于鱼余娱 与雨语羽
元员原园圆源 月越阅悦
"""


def pairs_of(table):
    """The distinct unordered pairs within the groups of a table: strings of two characters, in order."""
    pairs = {}
    for group in table.split():
        letters = list(dict.fromkeys(group))
        for first, one in enumerate(letters):
            for other in letters[first + 1 :]:
                pairs.setdefault(frozenset((one, other)), one + other)
    return tuple(pairs.values())


def partners(pairs):
    """What each character may be taken for: {character: other characters, a string}, in order."""
    found = {}
    for one, other in pairs:
        found.setdefault(one, {})[other] = None
        found.setdefault(other, {})[one] = None
    return {character: "".join(others) for character, others in found.items()}


def representatives(pairs):
    """{character: the first of all that it is joined to by pairs, directly or through others}.

    What `canonical` writes: whatever path of pairs an attack takes, it ends at the same character.
    """
    linked, found = partners(pairs), {}
    for first in linked:
        if first in found:
            continue
        waiting = [first]
        while waiting:
            character = waiting.pop()
            if character not in found:
                found[character] = first
                waiting.extend(linked[character])
    return found
