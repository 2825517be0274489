// The viewer: a list with filters, one talk at a time, its details in tabs. Everything read is put in as text.
const $ = (where) => document.querySelector(where);
const form = $(".filters");
const rowsBox = $(".rows");
const state = { runs: [], run: 0, rows: [], shown: [], key: null, trial: null, tab: "scores" };

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((each) => each !== null && each !== undefined && each !== ""));
  return made;
}
const json = (value) => JSON.stringify(value, null, 1);
const packed = JSON.parse($("#packed")?.textContent ?? "null");

async function get(path) {
  if (packed) {
    const text = await unpack(packed[path], path);
    return { json: async () => JSON.parse(text), text: async () => text };
  }
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${answer.status} ${path}`);
  return answer;
}

async function unpack(data, path) {
  if (!data) throw new Error(`没有 ${path}`);
  const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

async function start() {
  state.runs = await (await get("api/runs")).json();
  form.run.replaceChildren(...state.runs.map((run, n) => el("option", { value: n }, `${run.name}（${run.trials}）`)));
  $(".changed").hidden = state.runs.length < 2;
  const [run, key] = location.hash.slice(1).split("/").map(decodeURIComponent);
  state.run = state.runs[run] ? Number(run) : state.runs.length - 1;
  form.run.value = state.run;
  await loadRun();
  if (key) await open(key);
}

async function loadRun() {
  state.rows = await (await get(`api/runs/${state.run}/trials`)).json();
  fill("cause", state.rows.filter((row) => row.cause).map((row) => [row.cause, row.cause_title]));
  fill("kind", state.rows.map((row) => [row.kind, row.kind]));
  fill("role", state.rows.map((row) => [row.role, row.role]));
  fill("tool", state.rows.flatMap((row) => row.tools.map((tool) => [tool, tool])));
  list();
}

function fill(name, pairs) {
  const counts = new Map();
  for (const [value, title] of pairs) counts.set(value, { title, n: (counts.get(value)?.n ?? 0) + 1 });
  const first = form[name].options[0];
  const options = [...counts].sort((a, b) => b[1].n - a[1].n).map(([value, each]) => el("option", { value }, `${each.title}（${each.n}）`));
  form[name].replaceChildren(first, ...options);
}

function list() {
  const wanted = Object.fromEntries(new FormData(form));
  const words = wanted.text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  state.shown = state.rows.filter((row) =>
    (!wanted.passed || (row.passed === true) === (wanted.passed === "yes")) &&
    (!wanted.cause || row.cause === wanted.cause) && (!wanted.kind || row.kind === wanted.kind) &&
    (!wanted.role || row.role === wanted.role) && (!wanted.tool || row.tools.includes(wanted.tool)) &&
    (!wanted.changed || row.changed) &&
    words.every((word) => `${row.name} ${row.title} ${row.words} ${row.family}`.toLowerCase().includes(word)));
  $(".count").textContent = `${state.shown.length} / ${state.rows.length}`;
  rowsBox.replaceChildren(...state.shown.map((row) => el("li", {}, el("button", {
    type: "button", class: row.passed === true ? "" : "failed", "data-key": row.key,
    "aria-current": String(row.key === state.key), onclick: () => open(row.key),
  }, el("b", {}, row.name), el("span", {}, row.title), row.passed === true ? null : el("span", { class: "cause" }, row.cause_title)))));
}

async function open(key) {
  const row = state.rows.find((each) => each.key === key);
  if (!row) return;
  const pair = row.other ? `?against=${encodeURIComponent(row.other)}` : "";
  const trial = await (await get(`api/runs/${state.run}/trials/${encodeURIComponent(key)}${pair}`)).json();
  const other = row.other ? await (await get(`api/runs/${1 - state.run}/trials/${encodeURIComponent(row.other)}`)).json() : null;
  Object.assign(state, { key, trial });
  history.replaceState(null, "", `#${state.run}/${encodeURIComponent(key)}`);
  for (const button of rowsBox.querySelectorAll("button")) button.setAttribute("aria-current", String(button.dataset.key === key));
  rowsBox.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  document.body.classList.add("opened");
  showTalk(row, trial, other);
  showTabs();
}

function showTalk(row, trial, other) {
  const good = row.passed === true;
  const head = el("div", { class: "head" },
    el("h1", {}, `${row.name} ${row.title}`),
    el("p", {}, el("span", { class: `badge ${good ? "good" : "bad"}` }, good ? "通过" : row.cause_title || "未通过"),
      ` ${row.kind} · ${row.role} · ${row.agent} · ${trial.trajectory.clock}`),
    el("p", { class: "muted" }, trial.sample.why),
    strip(row),
    el("div", { class: "acts" },
      el("button", { type: "button", class: "back", onclick: () => document.body.classList.remove("opened") }, "返回列表"),
      el("button", { type: "button", onclick: (event) => copySample(event.target) }, "用这次对话写样本"),
      trial.divergence ? el("button", { type: "button", onclick: () => $(".apart")?.scrollIntoView({ block: "center" }) }, "跳到第一处不同") : null));
  const apart = trial.divergence;
  const mine = talk(trial.trajectory, apart);
  const body = other
    ? el("div", { class: "columns" },
        el("div", {}, el("h2", {}, state.runs[state.run].name), ...mine),
        el("div", {}, el("h2", {}, state.runs[1 - state.run].name), ...talk(other.trajectory, apart)))
    : el("div", {}, ...mine);
  const told = other && !apart ? el("p", { class: "muted" }, "两次运行里这段对话完全一样。") : null;
  $(".talk").replaceChildren(head, ...(told ? [told] : []), body);
  $(".talk").scrollTop = 0;
}

// Every attempt at the same sample side by side: as written, variants, trials.
function strip(row) {
  const rows = state.rows.filter((each) => each.sample === row.sample);
  if (rows.length < 2) return null;
  const passed = rows.filter((each) => each.passed === true).length;
  return el("div", { class: "strip", role: "group", "aria-label": "同一样本的各次尝试" },
    ...rows.map((each) => el("button", {
      type: "button", class: each.passed === true ? "good" : "bad", title: each.name,
      "aria-label": `${each.name} ${each.passed === true ? "通过" : "未通过"}`,
      "aria-current": String(each.key === row.key), onclick: () => open(each.key),
    }, each.passed === true ? "✓" : "✗")),
    el("span", { class: "muted" }, `${passed} / ${rows.length}`));
}

function talk(trajectory, apart) {
  return trajectory.turns.map((turn) => {
    const calls = trajectory.calls.filter((call) => call.turn === turn.n);
    const here = apart && apart.turn === turn.n;
    const names = { user: "用户的话", lookup: "检索", call: "工具调用", reply: "答复" };
    return el("div", { class: here ? "apart" : "" },
      here ? el("p", { class: "note" }, `第一处不同：${names[apart.kind]}`) : null,
      el("div", { class: "move user" }, turn.user.text || `〔${{ confirm: "确认", cancel: "取消", edit: "修改" }[turn.user.kind] ?? turn.user.kind}〕`),
      ...calls.map(callCard),
      el("div", { class: "move desk" }, turn.reply.text || "（没有回复）",
        el("span", { class: "muted" }, [turn.reply.outcome?.is, turn.reply.outcome?.reason, `${Math.round(turn.wall_ms)} 毫秒`].filter(Boolean).join(" · "))));
  });
}

function callCard(call) {
  const states = { ok: "完成", error: "出错", proposed: "待确认", denied: "被拒", executed: "已执行" };
  return el("details", { class: `call ${call.effect} ${call.status}` },
    el("summary", {}, el("code", {}, call.tool), ` ${states[call.status] ?? call.status}${call.effect === "write" ? " · 写入" : ""}`),
    el("pre", {}, json(call.arguments)), call.error ? el("p", {}, call.error) : null,
    call.result !== null ? el("details", {}, el("summary", {}, "结果"), el("pre", {}, json(call.result))) : null);
}

const TABS = { scores: ["评分", scores], state: ["平台变化", changes], retrieval: ["检索", lookups], citations: ["引用", citations], slots: ["要素", slots], timing: ["用时", timing], raw: ["原文", raw] };

function showTabs() {
  $(".tabs").replaceChildren(...Object.entries(TABS).map(([name, [title]]) =>
    el("button", { type: "button", role: "tab", "aria-selected": String(state.tab === name), onclick: () => { state.tab = name; showTabs(); } }, title)));
  $(".panel").replaceChildren(...TABS[state.tab][1](state.trial).filter(Boolean));
  $(".panel").scrollTop = 0;
}

function table(head, rows) {
  return el("table", {}, el("tr", {}, head.map((each) => el("th", {}, each))), rows);
}
const none = (words) => [el("p", { class: "muted" }, words)];

function scores({ scores: all }) {
  const order = [...all].sort((a, b) => Number(b.gating) - Number(a.gating) || Number(a.pass ?? 2) - Number(b.pass ?? 2));
  return [table(["评分", "值", "说明"], order.filter((each) => each.value !== null).map((each) =>
    el("tr", { class: each.pass === false ? "bad" : "" }, el("td", {}, el("code", {}, each.scorer), each.gating ? " 把关" : ""),
      el("td", {}, String(Math.round(each.value * 1000) / 1000)), el("td", {}, each.evidence.join("；"))))),
    el("p", { class: "muted" }, `未定义：${all.filter((each) => each.value === null).map((each) => each.scorer).join("、") || "无"}`)];
}

function changes({ trajectory, sample }) {
  const wanted = sample.expect.state;
  const happened = trajectory.changes.flatMap((each) => [
    el("h3", {}, `${each.op} ${each.table} ${each.key}（${each.action}）`),
    table(["字段", "之前", "之后"], Object.entries(each.values).filter(([, value]) => value !== null).map(([name, value]) =>
      el("tr", {}, el("td", {}, name), el("td", { class: "old" }, name in each.before ? String(each.before[name]) : ""), el("td", {}, typeof value === "object" ? json(value) : String(value)))))]);
  return [...(happened.length ? happened : none("平台上什么都没有变。")), el("h3", {}, "期望"), el("pre", {}, wanted ? json(wanted) : "没有要求")];
}

function lookups({ trajectory, sample }) {
  const gold = (sample.expect.retrieval?.gold ?? []).map((each) => `${each.doc} ${each.section}`);
  const found = trajectory.retrievals.flatMap((each) => [
    el("h3", {}, `第 ${each.turn} 轮：${each.query}`),
    ...each.hits.map((hit, n) => el("details", { class: `hit ${hit.status === "in_force" ? "" : "stale"}` },
      el("summary", {}, `${n + 1}. ${hit.document} › ${hit.heading}`, el("span", { class: "muted" }, ` ${hit.score.toFixed(3)} ${hit.status === "in_force" ? "" : hit.status}`)), el("pre", {}, hit.text)))]);
  return [gold.length ? el("p", {}, `标准依据：${gold.join("；")}`) : null, ...(found.length ? found : none("没有检索。"))];
}

function citations({ trajectory }) {
  const texts = trajectory.retrievals.flatMap((each) => each.hits);
  const found = trajectory.turns.flatMap((turn) => (turn.reply.citations ?? []).map((each) => {
    const hit = texts.find((one) => one.document === each.title && one.text.includes(each.quote));
    const place = hit ? hit.text.indexOf(each.quote) : -1;
    return el("div", { class: `hit ${each.kind === "passage" && place < 0 ? "stale" : ""}` },
      el("p", {}, `第 ${turn.n} 轮 [${each.number}] ${each.title}`, el("span", { class: "muted" }, ` ${each.status ?? each.tool ?? ""}`)),
      place >= 0 ? el("pre", {}, hit.text.slice(0, place), el("mark", {}, each.quote), hit.text.slice(place + each.quote.length)) : el("pre", {}, each.quote),
      each.kind === "passage" && place < 0 ? el("p", { class: "muted" }, "检索到的段落里没有这句原话。") : null);
  }));
  return found.length ? found : none("没有引用。");
}

// A row for each slot, a column for each turn: what was known then, where it was asked for, where it changed.
function slots({ slots: rows, trajectory }) {
  if (!rows.length) return none("没有要素。");
  const shown = (value) => (value === null || value === undefined ? "" : typeof value === "object" ? json(value) : String(value));
  const head = ["要素", ...trajectory.turns.map((turn) => `第 ${turn.n} 轮`), "应为"];
  const cells = (row) => row.cells.map((cell) => el("td", { class: cell.changed ? "new" : cell.asked ? "asked" : "" },
    cell.asked ? el("span", { class: "muted" }, "问 ") : null, shown(cell.value)));
  return [el("div", { class: "wide" }, table(head, rows.map((row) =>
    el("tr", {}, el("td", {}, el("code", {}, row.name)), ...cells(row), el("td", { class: "muted" }, shown(row.expected))))))];
}

function timing({ trajectory }) {
  const rows = trajectory.turns.map((turn) => el("tr", {}, el("td", {}, String(turn.n)), el("td", {}, `${turn.wall_ms.toFixed(1)} 毫秒`), el("td", {}, String(trajectory.calls.filter((call) => call.turn === turn.n).length))));
  return [table(["轮", "用时", "调用"], rows), el("p", { class: "muted" }, `CPU ${trajectory.cpu_s} 秒，全程 ${trajectory.wall_s} 秒`)];
}

function raw({ trajectory }) {
  return [el("pre", {}, json(trajectory))];
}

async function copySample(button) {
  const text = await (await get(`api/runs/${state.run}/trials/${encodeURIComponent(state.key)}/sample`)).text();
  state.tab = "draft";
  TABS.draft ??= ["样本草稿", () => [el("pre", {}, state.draft)]];
  state.draft = text;
  showTabs();
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "已复制";
  } catch {
    button.textContent = "请在右边复制";
  }
  setTimeout(() => { button.textContent = before; }, 2000);
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", async (event) => {
  if (event.target === form.run) {
    state.run = Number(form.run.value);
    await loadRun();
  } else list();
});
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, select, textarea") || event.metaKey || event.ctrlKey || event.altKey) return;
  const step = { j: 1, k: -1 }[event.key];
  if (!step || !state.shown.length) return;
  const place = state.shown.findIndex((row) => row.key === state.key);
  const next = state.shown[Math.max(0, Math.min(state.shown.length - 1, place < 0 ? 0 : place + step))];
  if (next.key !== state.key) open(next.key);
});
start();
