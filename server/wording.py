"""What the counter itself says, in Chinese: titles of problems, and sentences about wrong input."""

from __future__ import annotations

from collections.abc import Mapping

TITLES: Mapping[int, str] = {
    400: "请求读不懂",
    401: "需要登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持这个方法",
    408: "等待超时",
    409: "与现状冲突",
    410: "已经过期",
    413: "内容太大",
    415: "格式不支持",
    421: "地址不对",
    422: "内容不合要求",
    429: "请求太频繁",
    500: "服务出错",
    503: "暂时不可用",
}
DETAILS: Mapping[int, str] = {
    400: "请求的格式不对，没有处理。请检查后重试。",
    403: "没有权限访问。",
    404: "没有这个地址。接口清单见 /api/v1/openapi.json。",
    405: "这个地址不支持所用的方法。接口清单见 /api/v1/openapi.json。",
    408: "请求内容没有在规定时间内传完。请检查网络后重试。",
    413: "请求内容太大，没有处理。",
    415: "不支持这种内容格式。",
    500: "服务出了问题，这次请求没有完成。请稍后再试；反馈时请附上编号 {trace_id}。",
    503: "服务暂时不可用，请稍后再试。",
}
TOO_LARGE = "请求内容太大，最多 {limit} 字节。请减少内容后重试。"
WANT_JSON = "请求体要用 JSON，并写明 Content-Type: application/json。"
WANT_FORM = "上传文件要用 multipart/form-data 格式。"
NO_ENCODING = "不支持压缩的请求体（Content-Encoding）。请发送未压缩的内容。"
BAD_QUERY = "地址中的查询参数不是合法的 UTF-8 文字，或含有空字符。请检查后重试。"
NOT_THE_PLATFORM = "签名不正确或已过期，没有接收这个通知。"
TOO_OFTEN = "请求太频繁，请过 {seconds} 秒再试。"
BAD_HOST = "请求的主机名不是本机。请用 http://127.0.0.1 或 http://localhost 访问。"
CROSS_SITE = "这个请求来自别的网站，没有处理。请在汉治通的页面里操作，或使用访问令牌。"

JSON_SYNTAX = "请求体不是合法的 JSON（第 {position} 个字符附近）。请检查后重试。"
JSON_ENCODING = "请求体不是 UTF-8 编码的文字。请改用 UTF-8。"
JSON_NUMBER = "JSON 中有超出范围或不合法的数字（例如 NaN、1e999）。请改正后重试。"
JSON_TEXT = "JSON 的文字里有不成对的代理字符或空字符。请去掉后重试。"
JSON_TWICE = "JSON 中同一个名称出现了两次。请只保留一个。"
JSON_DEPTH = "JSON 嵌套太深，最多 {depth} 层。"

LOGIN_MISSING = "请用 Authorization: Bearer 加访问令牌登录。"
LOGIN_BAD = "登录凭证无效。请重新登录，取得新的访问令牌。"
KEY_BAD = "接口密钥无效、已过期或已吊销。请向运维人员要一个新的密钥。"
LOGIN_OLD = "登录已过期。请重新登录，取得新的访问令牌。"
LOGIN_EARLY = "登录凭证还没有生效。请检查系统时间，或稍后再试。"
LOGIN_FOREIGN = "登录凭证不是发给本服务的。请从本服务指定的入口登录。"
LOGIN_POOR = "登录凭证里的身份信息不完整或格式不对（{claim}）。请联系身份管理员。"
NO_KEYS = "身份提供方暂时联系不上，无法核对登录凭证。请稍后再试。"
NO_DEMO = "没有名为 {identity} 的演示身份。可用的有：{names}。"
UPLOAD_STAFF = "知识库的写入只对运维人员开放。请用有 operator 角色的身份登录。"
OPERATORS_ONLY = "知识库的维护只对运维人员开放。请用有 operator 角色的身份登录。"
NOT_UTF8 = "文件不是 UTF-8 编码的文字。请改用 UTF-8。"
EMPTY_FILE = "文件是空的。请选择有内容的文件。"
NO_FILE_NAME = "上传的文件没有文件名。请带上文件名，例如 通知.md。"

INPUT: Mapping[str, str] = {
    "missing": "缺少 {field}。请补上后重试。",
    "extra_forbidden": "没有名为 {field} 的字段。请去掉它。",
    "string_type": "{field} 应为文字。",
    "string_too_short": "{field} 太短，至少 {min_length} 个字符。",
    "string_too_long": "{field} 太长，最多 {max_length} 个字符。",
    "string_pattern_mismatch": "{field} 的格式不对。",
    "string_unicode": "{field} 里有无法识别的字符。",
    "int_type": "{field} 应为整数。",
    "int_parsing": "{field} 应为整数。",
    "int_parsing_size": "{field} 的数字太大。",
    "int_from_float": "{field} 应为整数。",
    "float_type": "{field} 应为数字。",
    "float_parsing": "{field} 应为数字。",
    "finite_number": "{field} 应为有限的数字。",
    "bool_type": "{field} 应为 true 或 false。",
    "bool_parsing": "{field} 应为 true 或 false。",
    "greater_than_equal": "{field} 不能小于 {ge}。",
    "less_than_equal": "{field} 不能大于 {le}。",
    "literal_error": "{field} 不可用，只能是 {expected}。",
    "date_type": "{field} 应为日期，例如 2026-09-01。",
    "date_parsing": "{field} 应为日期，例如 2026-09-01。",
    "date_from_datetime_parsing": "{field} 应为日期，例如 2026-09-01。",
    "date_from_datetime_inexact": "{field} 应为日期，例如 2026-09-01。",
    "datetime_type": "{field} 应为时间，例如 2026-09-01T08:00:00+08:00。",
    "datetime_parsing": "{field} 应为时间，例如 2026-09-01T08:00:00+08:00。",
    "datetime_from_date_parsing": "{field} 应为时间，例如 2026-09-01T08:00:00+08:00。",
    "timezone_aware": "{field} 要带时区，例如 2026-09-01T08:00:00+08:00。",
    "dict_type": "{field} 应为 JSON 对象。",
    "model_type": "{field} 应为 JSON 对象。",
    "model_attributes_type": "{field} 应为 JSON 对象。",
    "list_type": "{field} 应为 JSON 数组。",
    "too_long": "{field} 的项数太多，最多 {max_length} 项。",
    "too_short": "{field} 的项数太少，至少 {min_length} 项。",
}
ANY_INPUT = "{field} 的内容不合要求。请检查后重试。"
WHOLE_BODY = "请求体"
TURN_FAILED = "回答时出了问题，这条消息没有办完。您的话已保存，请稍后重新发送；反馈时请附上编号 {turn_id}。"

NO_MODEL = "没有这个模型。可用的模型只有 {model}。"
LAST_IS_USER = "最后一条消息要是用户说的话（role 为 user）。"
SOURCES = "依据："
CONFIRM_ON_THE_PAGE = "“{title}”还没有提交。这里不能确认，请登录汉治通页面，在这个会话里核对后确认。"
