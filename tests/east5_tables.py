"""Fields of the EAST 5.0 tables in their order, from the published 数据结构 (2022 edition)."""

from __future__ import annotations

_TEXT = {
    "JGXXB": """
        YHJGDM=银行机构代码 NBJGH=内部机构号 JRXKZH=金融许可证号 YYZZH=营业执照号
        YHJGMC=银行机构名称 JGLB=机构类别 XZQHDM=行政区划代码 YYZT=营业状态 CLRQ=成立日期
        JGDZ=机构地址 JGLXDH=机构联系电话 FZRXM=负责人姓名 FZRZW=负责人职务 FZRLXDH=负责人联系电话
        BBZ=备注 CJRQ=采集日期
    """,
    "JGGXB": """
        YHJGDM=银行机构代码 JRXKZH=金融许可证号 NBJGH=内部机构号 YHJGMC=银行机构名称
        SJGLJGDM=上级管理机构代码 SJGLNBJGH=上级管理内部机构号 SJGLJGMC=上级管理机构名称 BBZ=备注
        CJRQ=采集日期
    """,
    "GRJCXXB": """
        JRXKZH=金融许可证号 NBJGH=内部机构号 YHJGMC=银行机构名称 KHTYBH=客户统一编号 KHXM=客户姓名
        ZJLB=证件类别 ZJHM=证件号码 BXYGBZ=客户类型 GJ=国籍 MZ=民族 XB=性别 XL=学历 CSNY=出生年月
        SFYH=是否已婚 GZDWMC=工作单位名称 GZDWDZ=工作单位地址 GZDWDH=工作单位电话 DWXZ=单位性质
        ZY=职业 ZW=职务 GRNSR=个人年收入 TXDZ=通讯地址 LXDH=联系电话 XDKHBZ=信贷客户标志
        SCJLXDGXNY=首次建立信贷关系年月 SFNH=是否农户 BHYGBZ=本行员工标志 SHMDBZ=上黑名单标志
        SHMDRQ=上黑名单日期 BBZ=备注 CJRQ=采集日期
    """,
    "DGKHXXB": """
        JRXKZH=金融许可证号 NBJGH=内部机构号 YHJGMC=银行机构名称 KHTYBH=客户统一编号 KHMC=客户名称
        KHLX=客户类型 ZJLB=证件类别 ZJHM=证件号码 FRDB=法人代表 FRDBZJLB=法人代表证件类别
        FRDBZJHM=法人代表证件号码 CWFZR=财务负责人 CWFZRZJLB=财务负责人证件类别
        CWFZRZJHM=财务负责人证件号码 JBCKZH=基本存款账号 JBCKZHKHHH=基本存款账户开户行号
        JBCKZHKHHMC=基本存款账户开户行名称 ZCZB=注册资本 ZCZBBZ=注册资本币种 SSZB=实收资本
        SSZBBZ=实收资本币种 ZCDZ=注册地址 LXDH=联系电话 JYFW=经营范围 CLRQ=成立日期 SSHY=所属行业
        QYFL=企业分类 XDKHBZ=信贷客户标志 SCJLXDGXNY=首次建立信贷关系年月 SSGSBZ=上市公司标志
        XYPJ=信用评级 YGRS=员工人数 XZQHDM=行政区划代码 FXYJXH=风险预警信号 GZSJDM=关注事件代码
        BBZ=备注 CJRQ=采集日期
    """,
    "SXXXB": """
        YHJGDM=银行机构代码 JRXKZH=金融许可证号 NBJGH=内部机构号 KHTYBH=客户统一编号 KHMC=客户名称
        KHZJLB=客户证件类别 KHZJHM=客户证件号码 SXXYH=授信协议号 SXXYMC=授信协议名称
        EDSQRQ=额度申请日期 SXZTZL=授信主体种类 SXZL=授信种类 SXED=授信额度 YYED=已用额度 BZ=币种
        SXKSRQ=授信开始日期 SXDQRQ=授信到期日期 SXJCYJ=授信审批意见 SPRGH=审批人工号
        JBRGH=经办人工号 SXZT=授信状态 BBZ=备注 CJRQ=采集日期
    """,
    "XDHTB": """
        JRXKZH=金融许可证号 NBJGH=内部机构号 KHTYBH=客户统一编号 KHMC=客户名称 XDHTH=信贷合同号
        ZHTH=主合同号 HTMC=合同名称 XDYWZL=信贷业务种类 BZ=币种 HTJE=合同金额 HTQSRQ=合同起始日期
        HTDQRQ=合同到期日期 DBLX=担保类型 HTDKYT=合同贷款用途 KHJLGH=客户经理工号 HTZT=合同状态
        BBZ=备注 CJRQ=采集日期
    """,
    "GRXDYWJJB": """
        JRXKZH=金融许可证号 NBJGH=内部机构号 YHJGMC=银行机构名称 MXKMBH=明细科目编号
        MXKMMC=明细科目名称 KHTYBH=客户统一编号 KHMC=客户名称 ZJLB=证件类别 ZJHM=证件号码
        XDHTH=信贷合同号 XDJJH=信贷借据号 DKFHZH=贷款分户账号 XDYWZL=信贷业务种类
        DKFFLX=贷款发放类型 FKFS=放款方式 BZ=币种 DKJE=贷款金额 DKYE=贷款余额 DKWJFL=贷款五级分类
        ZQS=总期数 DQQS=当前期数 ZQCS=展期次数 DKFFRQ=贷款发放日期 DKDQRQ=贷款到期日期
        ZJRQ=终结日期 QBJE=欠本金额 QBRQ=欠本日期 BNQXYE=表内欠息余额 BWQXYE=表外欠息余额
        QXRQ=欠息日期 LXQKQS=连续欠款期数 LJQKQS=累计欠款期数 SBXDJJH=上笔信贷借据号
        DKRZZH=贷款入账账号 DKRZHM=贷款入账户名 RZZHSSHMC=入账账号所属行名称 LLLX=利率类型
        SJLL=实际利率 HKFS=还款方式 HKZH=还款账号 HKZHSSHMC=还款账号所属行名称 JXFS=计息方式
        XQHKRQ=下期还款日期 XQYHBJ=下期应还本金 XQYHLX=下期应还利息 JJDKYT=借据贷款用途
        DKTXDQ=贷款投向地区 DKTXHY=贷款投向行业 SFHLWDK=是否互联网贷款 SFLSDK=是否绿色贷款
        SFSNDK=是否涉农贷款 SFPHXSNDK=是否普惠型涉农贷款 SFPHXXWQYDK=是否普惠型小微企业贷款
        SFKJDK=是否科技贷款 XDYGH=信贷员工号 DKZT=贷款状态 BBZ=备注 CJRQ=采集日期
    """,
    "DGXDYWJJB": """
        JRXKZH=金融许可证号 NBJGH=内部机构号 YHJGMC=银行机构名称 MXKMBH=明细科目编号
        MXKMMC=明细科目名称 KHTYBH=客户统一编号 KHMC=客户名称 XDHTH=信贷合同号 XDJJH=信贷借据号
        DKFHZH=贷款分户账号 XDYWZL=信贷业务种类 DKFFLX=贷款发放类型 FKFS=放款方式 BZ=币种
        DKJE=贷款金额 DKYE=贷款余额 DKWJFL=贷款五级分类 ZQS=总期数 DQQS=当前期数 ZQCS=展期次数
        DKFFRQ=贷款发放日期 DKDQRQ=贷款到期日期 ZJRQ=终结日期 QBJE=欠本金额 QBRQ=欠本日期
        BNQXYE=表内欠息余额 BWQXYE=表外欠息余额 QXRQ=欠息日期 LXQKQS=连续欠款期数
        LJQKQS=累计欠款期数 SBXDJJH=上笔信贷借据号 DKRZZH=贷款入账账号 DKRZHM=贷款入账户名
        RZZHSSHMC=入账账号所属行名称 LLLX=利率类型 SJLL=实际利率 HKFS=还款方式 HKZH=还款账号
        HKZHSSHMC=还款账号所属行名称 JXFS=计息方式 XQHKRQ=下期还款日期 XQYHBJ=下期应还本金
        XQYHLX=下期应还利息 JJDKYT=借据贷款用途 DKTXDQ=贷款投向地区 DKTXHY=贷款投向行业
        SFHLWDK=是否互联网贷款 SFLSDK=是否绿色贷款 SFSNDK=是否涉农贷款 SFPHXSNDK=是否普惠型涉农贷款
        SFPHXXWQYDK=是否普惠型小微企业贷款 SFKJDK=是否科技贷款 XDYGH=信贷员工号 DKZT=贷款状态
        BBZ=备注 CJRQ=采集日期
    """,
    "ZZKJQKMB": """
        JRXKZH=金融许可证号 NBJGH=内部机构号 YHJGMC=银行机构名称 KJKMBH=会计科目编号
        KJKMMC=会计科目名称 BZ=币种 QCJFYE=期初借方余额 QCDFYE=期初贷方余额 JFFSE=本期借方发生额
        DFFSE=本期贷方发生额 QMJFYE=期末借方余额 QMDFYE=期末贷方余额 BSZQ=报送周期 KJRQ=会计日期
        BBZ=备注 CJRQ=采集日期
    """,
    "NBKMDZB": """
        JRXKZH=金融许可证号 NBJGH=内部机构号 YHJGMC=银行机构名称 KJKMBH=会计科目编号
        KJKMMC=会计科目名称 KJKMJC=会计科目级次 SJKMBH=上级科目编号 SJKMMC=上级科目名称
        KMJDBZ=科目借贷标志 GSYWDL=归属业务大类 GSYWZL=归属业务子类 BBZ=备注 CJRQ=采集日期
    """,
    "HLXXB": """
        JRXKZH=金融许可证号 NBJGH=内部机构号 YHJGMC=银行机构名称 WBSL=外币数量 WBBZ=外币币种
        ZBBSL=折本币数量 BBBZ=本币币种 HLRQ=汇率日期 BBZ=备注 CJRQ=采集日期
    """,
    "YGB": """
        JRXKZH=金融许可证号 NBJGH=内部机构号 YHJGMC=银行机构名称 GH=工号 XM=姓名 GJ=国籍
        ZJLB=证件类别 ZJHM=证件号码 LXDH=联系电话 SSBM=所属部门 GWBH=岗位编号 GWMC=岗位名称
        SFGG=是否高管 PFRQ=批复日期 RZRQ=任职日期 YGLX=员工类型 YGZT=员工状态 BBZ=备注
        CJRQ=采集日期
    """,
    "GRCKFHZ": """
        JRXKZH=金融许可证号 NBJGH=内部机构号 YHJGMC=银行机构名称 MXKMBH=明细科目编号
        MXKMMC=明细科目名称 KHTYBH=客户统一编号 ZHMC=账户名称 GRCKZH=个人存款账号
        GRCKZHLX=个人存款账户类型 BZJZHBZ=保证金账户标志 LL=利率 BZ=币种 CKYE=存款余额
        KHRQ=开户日期 KHGYH=开户柜员号 SCDHRQ=上次动户日期 XHRQ=销户日期 CHLB=钞汇类别
        ZHZT=账户状态 BBZ=备注 CJRQ=采集日期
    """,
    "DGCKFHZ": """
        JRXKZH=金融许可证号 NBJGH=内部机构号 YHJGMC=银行机构名称 MXKMBH=明细科目编号
        MXKMMC=明细科目名称 KHTYBH=客户统一编号 ZHMC=账户名称 DGCKZH=对公存款账号
        DGCKZHLX=对公存款账户类型 BZJZHBZ=保证金账户标志 LL=利率 BZ=币种 CKYE=存款余额
        KHRQ=开户日期 KHGYH=开户柜员号 XHRQ=销户日期 SCDHRQ=上次动户日期 CHLB=钞汇类别
        ZHZT=账户状态 BBZ=备注 CJRQ=采集日期
    """,
}

TITLES: dict[str, dict[str, str]] = {
    table: dict(word.split("=") for word in text.split()) for table, text in _TEXT.items()
}
"""Field code to Chinese name by table code."""
