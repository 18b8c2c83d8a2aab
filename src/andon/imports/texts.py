"""What imports say: of a file, of a row, of a cell; always with what to do."""

from andon.kit.i18n import register


def load() -> None:
    """Registers the texts; calling it again does no harm."""
    register(
        {
            "import.kind.users": ("用户", "Users"),
            "import.kind.numbers": ("号码", "Numbers"),
            "import.kind.reasons": ("来电原因", "Reasons"),
            "import.empty": (
                "没有数据，请从第二行起填写",
                "There is no data: fill in from the second row on",
            ),
            "import.head.unknown": (
                "不认识这一列“{name}”，请使用模板的表头或删去此列",
                "There is no column “{name}”: use the template's head, or remove the column",
            ),
            "import.head.twice": ("这一列出现了两次，请保留一列", "This column stands twice: keep one"),
            "import.head.missing": (
                "缺少这一列，请按模板补上",
                "This column is missing: add it as in the template",
            ),
            "import.too_long": ("超过 {n} 行，请分成几个文件", "More than {n} rows: use several files"),
            "import.twice": ("与第 {row} 行重复，请删去一行", "The same as row {row}: remove one of them"),
            "import.unknown": (
                "没有“{name}”，请先建立或改正名称",
                "There is no “{name}”: make it first, or correct the name",
            ),
            "import.several": (
                "“{name}”不止一个，项目请写成“委托方简称/项目名”",
                "There are several “{name}”: write a project as “client's short name/project”",
            ),
            "import.yes_no": ("请填写是或否", "Write yes or no"),
            "import.role": (
                "没有角色“{name}”，请按模板填写角色名",
                "There is no role “{name}”: write a role's name",
            ),
            "import.own_rights": (
                "不能改自己的角色、委托方或在职状态，请由另一位管理员修改",
                "Nobody changes their own roles, client or activity: another administrator does",
            ),
            "import.team": (
                "只有在职的座席可以在班组里，请留空或改正角色",
                "Only active agents are in teams: leave this empty, or correct the roles",
            ),
            "import.skills": (
                "请写成“技能=等级”，用逗号隔开",
                "Write “skill=level”, with commas between",
            ),
            "import.level": ("“{name}”的等级须为 1 到 10", "The level of “{name}” must be 1 to 10"),
            "import.skill_twice": (
                "技能“{name}”写了两次，请保留一个",
                "The skill “{name}” stands twice: keep one",
            ),
            "import.password_known": (
                "已有的用户不能这样改密码，请留空，在用户页重设",
                "People who are there keep their password: leave this empty and set it on their page",
            ),
            "import.password_directory": (
                "密码由企业目录核对，请留空",
                "The directory checks the password: leave this empty",
            ),
            "import.directory_known": (
                "已有的用户不能这样改，请在用户页修改",
                "Of people who are there this is changed on their page",
            ),
            "import.password_length": ("至少 {n} 个字符", "At least {n} characters"),
            "import.passwords_most": (
                "一个文件最多设 {n} 个初始密码，请分成几个文件",
                "A file may set {n} first passwords: use several files",
            ),
            "import.path": ("请写成“上级/下级”，名称不能为空", "Write “above/below”, no name may be empty"),
            "import.parent": (
                "没有上级原因“{name}”，请先建立，或把它写在前面的行",
                "There is no reason “{name}” above it: make it first, or put it in an earlier row",
            ),
            "import.conflict": (
                "与别处的数据冲突（例如号码已在使用），全部没有写入",
                "It conflicts with other data (a number in use, say); nothing was taken over",
            ),
            "import.unreadable.kind": (
                "不是 XLSX 或 CSV 文件，请另存为这两种格式",
                "This is no XLSX or CSV file: save it as one",
            ),
            "import.unreadable.packed": (
                "文件解开后太大，请分成几个文件",
                "Too large once unpacked: use several files",
            ),
            "import.unreadable.encoding": (
                "文字编码不认识，请存为 UTF-8 或 GB18030 的 CSV，或 XLSX",
                "The encoding is not known: save as CSV in UTF-8 or GB18030, or as XLSX",
            ),
            "import.unreadable.csv": (
                "引号不成对，请检查单元格里的引号",
                "Quotes are not closed: look at the quotes in the cells",
            ),
            "error.import.too_large.title": ("文件超过 {n} MB", "The file is larger than {n} MB"),
            "error.import.too_large.remedy": ("请分成几个文件。", "Use several files."),
            "error.import.not_own.title": ("只有上传的人才能导入", "Only who brought the file can apply it"),
            "error.import.not_own.remedy": ("请自己上传一次。", "Bring it yourself."),
            "error.import.not_checked.title": ("这个文件不能导入", "This file cannot be applied"),
            "error.import.not_checked.remedy": (
                "它有错误、已导入或已过期，请重新上传。",
                "It has faults, was applied or is too old; bring it again.",
            ),
        }
    )
