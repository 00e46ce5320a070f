/* The table of items: filters, order, pages, one item opened. All text goes in as text, never as HTML. */
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { statuses, departments, systems, waivers, texts } = data;
  const PAGE = 50, PRINTED = 1000, IN_SYNC = statuses.indexOf("in_sync");
  const collator = new Intl.Collator(data.lang === "zh" ? "zh-CN" : "en", { numeric: true });

  // ---- words, as omlib.report.words fills them: {n} is a fact, {n:item|items} one of two words
  const w = (code, facts = {}) => (data.words[code] ?? code).replace(
    /\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g,
    (_, name, one, more) => one === undefined ? String(facts[name] ?? "?") : facts[name] === 1 ? one : more);
  const has = (code) => code in data.words;

  // ---- elements
  const el = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value !== false && value != null) made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.flat(9).filter((child) => child != null && child !== ""));
    return made;
  };
  const code = (text) => el("code", {}, text);
  const sign = (status) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", "#sign-" + status);
    for (const [key, value] of [["class", "sign " + status], ["viewBox", "0 0 16 16"], ["width", 16], ["height", 16], ["aria-hidden", "true"]]) svg.setAttribute(key, value);
    svg.append(use);
    return svg;
  };
  const badge = (status) => el("span", { class: "badge " + status }, sign(status), w("status." + status));

  // ---- items
  const list = (one) => Array.isArray(one) ? one : one < 0 ? [] : [one];
  const items = data.items.map(([ref, rank, of, department, where, file, line, more], at) => {
    const [plane, kind] = ref.split("/", 2);
    return { at, ref, rank, status: statuses[rank], of: list(of), department, where: texts[where], plane,
      kind: (more && more.kind) || kind, source: file < 0 ? "" : `${texts[file]}:${line}`, more: more || {} };
  });
  const detail = (item) => item.more.detail === undefined ? "" : texts[item.more.detail];
  const above = departments.map((_, at) => {
    const line = new Set();
    for (let one = at; one >= 0 && !line.has(one); one = departments[one][2]) line.add(one);
    return line;
  });
  const homes = (item) => [item.department, ...item.of.map((one) => systems[one][2])].filter((one) => one >= 0);
  const systemNames = (item) => [...item.of.map((one) => systems[one][1] || systems[one][0]), ...(item.more.strange || [])].join(w("text.and"));
  const departmentName = (item) => item.department < 0 ? "" : departments[item.department][1] || departments[item.department][0];
  const plainPart = (item) => { // a path as people write it, where the ref had to encode it
    const part = item.ref.split("/")[3] || "";
    return part.includes("%2F") ? part.replaceAll("%2F", "/") : "";
  };
  const kindWord = (item) => {
    const known = `kind.${item.plane}.${item.kind}`;
    return has(known) ? w(known) : item.kind;
  };
  const kindName = (item) => [w("plane." + item.plane), kindWord(item), plainPart(item)].filter(Boolean).join(" · ");
  const standingOf = (one) => one.waived ? w("finding.waived", { ticket: one.waived }) : one.resurfaced ? w("resurfaced." + one.resurfaced) : "";
  const side = (one) => one === true ? w("html.js.there") : one === false ? w("html.js.not_there") : one;
  const pathName = (path) => path === "@presence" ? w("html.js.presence") : path;
  const brief = (text) => text.length > 40 ? text.slice(0, 24) + "…" + text.slice(-8) : text;
  const what = (item) => item.what ??= whatDiffers(item);
  const whatDiffers = (item) => {
    const { more } = item, told = [];
    for (const one of more.differs || []) {
      const path = pathName(one.path), standing = standingOf(one);
      if (one.order) told.push(path + w("text.colon") + w("html.js.order"));
      else if (one.lines) told.push(path + w("text.colon") + w("html.js.lines", { n: one.lines }));
      else if (one.path !== "@presence") told.push(w("html.js.differs", { path, declared: brief(one.sides[0]), actual: brief(one.sides[1]) }));
      else if (standing) told.push(standing);
    }
    if (more.reason) told.unshift(w("reason." + more.reason) + (detail(item) ? w("text.colon") + detail(item) : ""));
    if (more.class) told.unshift(w("class." + more.class) + (more.label ? w("text.colon") + more.label : ""));
    for (const [path, reason] of more.unseen || []) told.push(path + w("text.colon") + w("reason." + reason));
    if (!told.length) return item.status === "in_sync" ? "" : w("means." + item.status);
    return told.length > 1 ? w("html.js.more", { text: told[0], n: told.length - 1 }) : told[0];
  };
  const sought = (item) => item.sought ??= [
    item.ref, item.where, item.source, systemNames(item), departmentName(item), kindName(item), what(item), w("status." + item.status), item.status,
    ...item.of.flatMap((one) => [systems[one][0], systems[one][3], systems[one][4]]),
    item.more.live, item.more.label, detail(item),
    ...(item.more.differs || []).flatMap((one) => [one.path, one.waived, ...(one.sides || []).map(side), ...(one.rows || []).flat()]),
  ].filter((one) => one != null).join("\n").toLowerCase();

  // ---- what is shown
  const drifted = items.some((item) => item.rank !== IN_SYNC);
  const open = new Set();
  const at = { statuses: new Set(statuses.filter((one) => !drifted || one !== "in_sync")), text: "", plane: "", department: "", system: "", change: "", by: "status", down: false, page: 0 };
  const ORDERS = {
    status: (one, other) => one.at - other.at, // as written: worst first, then by ref
    item: (one, other) => one.ref < other.ref ? -1 : one.ref > other.ref ? 1 : one.at - other.at,
    system: (one, other) => collator.compare(systemNames(one), systemNames(other)) || one.at - other.at,
    department: (one, other) => one.department - other.department || one.at - other.at,
    what: (one, other) => collator.compare(what(one), what(other)) || one.at - other.at,
  };
  const fits = (item) => {
    if (at.plane && item.plane !== at.plane) return false;
    if (at.change && (item.more.change === undefined || (at.change === "new") !== (item.more.change === 1))) return false;
    if (at.system !== "" && !item.of.includes(+at.system)) return false;
    if (at.department !== "" && !homes(item).some((one) => above[one].has(+at.department))) return false;
    return at.words.every((word) => sought(item).includes(word));
  };

  // ---- the frame
  const chips = statuses.map((status) => el("button", { type: "button", "data-status": status, onclick: () => {
    if (!at.statuses.delete(status)) at.statuses.add(status);
    again();
  } }, sign(status), el("span", {}, w("status." + status)), " ", el("b", {})));
  const search = el("input", { type: "search", placeholder: w("html.js.search.hint"), spellcheck: "false", autocomplete: "off", oninput: () => { at.text = search.value; again(); } });
  const field = (label, input, wide) => el("label", { class: wide ? "wide-field" : null }, el("span", {}, label), input);
  const select = (name, options) => {
    const made = el("select", { "data-filter": name, onchange: () => { at[name] = made.value; again(); } },
      el("option", { value: "" }, w("html.js.any")), options.map(([value, text]) => el("option", { value }, text)));
    return made;
  };
  const used = (of) => new Set(items.flatMap(of));
  const planes = used((item) => [item.plane]), held = used((item) => item.of), lived = used((item) => homes(item).flatMap((one) => [...above[one]]));
  const selects = {
    plane: select("plane", ["cloud", "server", "network"].filter((one) => planes.has(one)).map((one) => [one, w("plane." + one)])),
    department: select("department", departments.map(([id, name, , depth], one) => [one, "\u3000".repeat(depth) + (name || id)]).filter(([one]) => lived.has(one))),
    system: select("system", systems.map(([id, name], one) => [one, name ? `${name} (${id})` : id]).filter(([one]) => held.has(one)).sort((a, b) => collator.compare(a[1], b[1]))),
    change: select("change", [["new", w("change.new")], ["changed", w("change.changed")]]),
  };
  const reset = el("button", { type: "button", onclick: () => { narrow({}); again(); } }, w("html.js.reset"));
  const count = el("p", { role: "status" });
  const place = el("span", {});
  const turn = (step, label) => el("button", { type: "button", onclick: () => { at.page += step; draw(); table.scrollIntoView({ block: "start" }); } }, label);
  const back = turn(-1, w("html.js.previous")), forth = turn(1, w("html.js.next"));
  const COLUMNS = ["status", "item", "system", "department", "what"];
  const heads = COLUMNS.map((name) => el("th", { scope: "col", class: "c-" + name }, el("button", { type: "button", "data-sort": name, onclick: () => {
    at.down = at.by === name && !at.down;
    at.by = name;
    again();
  } }, w("html.js." + name))));
  const body = el("tbody", {});
  const table = el("table", { class: "items", "aria-labelledby": "items-title" }, el("thead", {}, el("tr", {}, heads)), body);
  const nothing = el("p", { class: "nothing" }, w("html.js.empty"));
  document.querySelector("#items > h2").id = "items-title";
  document.getElementById("table").append(
    el("form", { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() },
      el("div", { class: "chips", role: "group", "aria-label": w("html.js.status") }, chips),
      field(w("html.js.search"), search, true), field(w("html.js.plane"), selects.plane),
      departments.length ? field(w("html.js.department"), selects.department) : null,
      systems.length ? field(w("html.js.system"), selects.system) : null,
      data.compared ? field(w("html.js.change"), selects.change) : null, reset),
    el("div", { class: "count" }, count, el("div", { class: "pages" }, back, place, forth)),
    el("div", { class: "wide" }, table, nothing));

  // ---- drawing
  let shown = [];
  const again = () => {
    at.words = at.text.toLowerCase().split(/\s+/).filter(Boolean);
    const fitting = items.filter(fits), of = Object.fromEntries(statuses.map((status) => [status, 0]));
    for (const item of fitting) of[item.status] += 1;
    shown = fitting.filter((item) => at.statuses.has(item.status)).sort(ORDERS[at.by]);
    if (at.down) shown.reverse();
    at.page = 0;
    chips.forEach((chip, rank) => {
      chip.setAttribute("aria-pressed", at.statuses.has(statuses[rank]));
      chip.classList.toggle(statuses[rank], true);
      chip.lastChild.textContent = of[statuses[rank]];
    });
    heads.forEach((head, number) => {
      if (COLUMNS[number] === at.by) head.setAttribute("aria-sort", at.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    draw();
  };
  const draw = () => {
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    at.page = Math.min(Math.max(0, at.page), pages - 1);
    count.textContent = w("html.js.shown", { n: shown.length, total: items.length });
    place.textContent = w("html.js.page", { page: at.page + 1, pages });
    back.disabled = at.page === 0;
    forth.disabled = at.page === pages - 1;
    back.parentNode.hidden = pages === 1;
    nothing.hidden = shown.length > 0;
    table.hidden = !shown.length;
    body.replaceChildren(...shown.slice(at.page * PAGE, (at.page + 1) * PAGE).flatMap((item) => open.has(item) ? [row(item), story(item)] : [row(item)]));
  };
  const flag = (item) => {
    const { change } = item.more;
    return change === undefined ? null : el("span", { class: "flag" }, w(change === 1 ? "change.new" : "change.changed"));
  };
  const row = (item, sort = "") => {
    const button = el("button", { type: "button", class: "open", "aria-expanded": String(open.has(item)), onclick: () => toggle(item, made) }, code(item.ref));
    if (open.has(item)) button.setAttribute("aria-controls", "item-" + item.at);
    const belongs = [systemNames(item), departmentName(item)].filter(Boolean).join(" · ");
    const told = what(item);
    const made = el("tr", { class: "row " + sort + item.status + (open.has(item) ? " on" : "") },
      el("td", { class: "c-status" }, badge(item.status), flag(item) && el("br"), flag(item)),
      el("td", { class: "c-item" }, button, el("span", { class: "kind" }, kindName(item)), el("span", { class: "under" }, belongs, el("i", {}, belongs && told ? " · " : "", told))),
      el("td", { class: "c-system" }, systemNames(item)),
      el("td", { class: "c-department" }, departmentName(item)),
      el("td", { class: "c-what" }, told));
    return made;
  };
  const toggle = (item, made) => {
    const opened = !open.delete(item);
    if (opened) open.add(item);
    if (made.nextSibling && made.nextSibling.id === "item-" + item.at) made.nextSibling.remove();
    const fresh = row(item);
    made.replaceWith(fresh);
    if (opened) fresh.after(story(item));
    fresh.querySelector("button").focus({ preventScroll: true });
  };

  // ---- one item, opened
  const middle = (one, other) => { // the part in which two texts differ
    let start = 0, end = 0;
    const most = Math.min(one.length, other.length);
    while (start < most && one[start] === other[start]) start++;
    while (end < most - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end++;
    const part = (text) => [text.slice(0, start), el("mark", {}, text.slice(start, text.length - end)), text.slice(text.length - end)];
    const near = start + end > 0 && start + end >= most / 2 && most > 5;
    return near ? [part(one), part(other)] : [one, other];
  };
  const spoken = (name) => el("span", { class: "hidden" }, name + w("text.colon"));
  const sides = (differs) => differs.length ? el("table", { class: "sides" },
    el("thead", {}, el("tr", {}, ["attribute", "declared", "actual"].map((name) => el("th", { scope: "col" }, w("html.js." + name))))),
    el("tbody", {}, differs.map((one) => {
      const [declared, actual] = typeof one.sides[0] === "string" ? middle(...one.sides) : one.sides.map(side);
      return el("tr", {}, el("th", { scope: "row" }, pathName(one.path), standingOf(one) && el("small", { class: "note" }, standingOf(one))),
        el("td", { class: "code d", "data-side": w("html.js.declared") }, declared), el("td", { class: "code a", "data-side": w("html.js.actual") }, actual));
    }))) : null;
  const lines = (one) => el("table", { class: "diff" },
    el("caption", {}, pathName(one.path), one.order ? w("text.colon") + w("html.js.order") : "", standingOf(one) && el("small", {}, w("text.semicolon") + standingOf(one))),
    el("thead", {}, el("tr", {}, ["declared", "actual"].map((name) => el("th", { scope: "col" }, w("html.js." + name))))),
    el("tbody", {}, one.rows.map(pair), one.left_out ? el("tr", { class: "skipped" }, el("td", { colspan: 2 }, w("html.js.left_out", { n: one.left_out }))) : null));
  const pair = (given) => {
    if (typeof given === "number") return el("tr", { class: "skipped" }, el("td", { colspan: 2 }, w("html.js.skipped", { n: given })));
    if (typeof given === "string") return el("tr", { class: "alike" }, el("td", { class: "code" }, given), el("td", { class: "code" }, given));
    const [declared, actual] = given[0] != null && given[1] != null ? middle(...given) : given;
    const cell = (text, mark, name) => text == null ? el("td", { class: "gone" }) : el("td", { class: "code " + mark, "data-side": name }, spoken(name), text);
    return el("tr", {}, cell(declared, "d", w("html.js.declared")), cell(actual, "a", w("html.js.actual")));
  };
  const shell = (text) => /^[\w@%+=:,./-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'";
  const facts = (item) => {
    const { more } = item, found = [];
    const add = (name, ...told) => { if (told.flat(9).some((one) => one)) found.push(el("div", {}, el("dt", {}, w("html.js." + name)), el("dd", {}, told))); };
    add("source", item.source ? code(item.source) : w("html.js.nobody"));
    add("of", [systemNames(item), departmentName(item)].filter(Boolean).join(" · "));
    const owners = [...new Set(item.of.flatMap((one) => [
      systems[one][3] && w("html.js.owner.business", { name: systems[one][3] }), systems[one][4] && w("html.js.owner.technical", { name: systems[one][4] })]))];
    add("owner", owners.filter(Boolean).join(w("text.semicolon")));
    add("where", code(item.where));
    add("live", more.live && code(more.live));
    add("label", more.label);
    const claims = item.ref.split("/")[2][0] === "@" ? "contested" : "two_marks";
    add(claims, (more.contested || []).map((one) => el("div", {}, code(one))));
    add("stacks", (more.stacks || []).map((one) => el("div", {}, code(one))));
    ["first_seen", "last_seen"].forEach((name, at) => add(name, (more.seen || [])[at]));
    add("children", (more.children || []).map((one) => el("div", {}, code(one))));
    add("waiver", (more.waivers || []).map((number) => {
      const [path, value, reason, owner, ticket, until] = waivers[number];
      return el("div", {}, w("html.js.waiver.told", { path: pathName(path), value: path === "@presence" ? side(value === "true") : value, reason, owner, ticket, until }));
    }));
    if (more.change !== undefined) add("change", more.change === 1 ? w("change.new") : w("change.changed") + w("text.colon") + w("html.js.before") + " " + w("status." + statuses[more.change[0]]));
    return el("dl", { class: "facts" }, found);
  };
  const story = (item) => {
    const { more } = item, differs = more.differs || [], why = [];
    if (more.reason) why.push(el("p", { class: "why" }, el("b", {}, w("reason." + more.reason)), w("text.colon") + w("why." + more.reason)));
    else if (more.class) why.push(el("p", { class: "why" }, el("b", {}, w("class." + more.class)), w("text.colon") + w("class_means." + more.class)));
    else why.push(el("p", { class: "why" }, el("b", {}, w("status." + item.status)), w("text.colon") + w("means." + item.status)));
    if (item.status === "missing") why.push(el("p", {}, w("finding.not_in", { where: item.where })));
    if (detail(item)) why.push(el("p", {}, w("html.js.said") + w("text.colon"), code(detail(item))));
    const unseen = (more.unseen || []).map(([path, reason]) => el("p", {}, w("html.js.unseen") + w("text.colon"), code(path), w("text.colon") + w("reason." + reason)));
    const next = [more.reason, item.status].map((one) => "next." + one).find(has);
    return el("tr", { class: "detail " + item.status, id: "item-" + item.at }, el("td", { colspan: COLUMNS.length }, el("div", { class: "story" },
      el("div", {}, why, sides(differs.filter((one) => one.sides)), differs.filter((one) => one.rows).map(lines), unseen,
        el("div", { class: "then" }, next ? el("p", {}, w(next).split("`").map((part, number) => number % 2 ? code(part) : part)) : null,
          el("p", {}, w("html.js.story") + w("text.colon"), code("omlib explain " + shell(item.ref))))),
      facts(item))));
  };

  // ---- from elsewhere on the page
  const narrow = (to) => {
    at.statuses = new Set(to.status ? [to.status] : statuses);
    at.text = search.value = to.text ?? "";
    for (const name of Object.keys(selects)) at[name] = selects[name].value = String(to[name] ?? "");
  };
  const show = (to, opened) => {
    narrow(to);
    open.clear();
    again();
    if (opened && shown.length) {
      const wanted = shown.find((item) => item.ref === opened) || shown[0];
      at.page = Math.floor(shown.indexOf(wanted) / PAGE);
      open.add(wanted);
      draw();
    }
    document.getElementById("items").scrollIntoView({ block: "start" });
    (opened && body.querySelector(".open[aria-expanded=true]") || search).focus({ preventScroll: true });
  };
  const number = (rows, id) => { const found = rows.findIndex((one) => one[0] === id); return found < 0 ? "" : found; };
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest && event.target.closest("[data-status],[data-system],[data-department],[data-ref],[data-where]");
    if (!chosen || chosen.closest("#table")) return;
    const { status, system, department, ref, where } = chosen.dataset;
    event.preventDefault();
    if (status) show({ status });
    else if (system !== undefined) show({ system: number(systems, system) });
    else if (department !== undefined) show({ department: number(departments, department) });
    else if (where) show({ text: where });
    else show({ text: ref }, ref);
  });
  const linked = () => {
    const asked = /^#ref=(.+)$/.exec(location.hash);
    if (!asked) return;
    let ref = asked[1];
    try { ref = decodeURIComponent(ref); } catch { /* not encoded: as it stands */ }
    show({ text: ref }, ref);
  };
  addEventListener("hashchange", linked);

  // ---- on paper: everything the filters let through, each opened; what one place hides is one row
  const plain = (item) => item.status === "in_sync" || item.status === "unknown" && !item.more.differs;
  const folded = (group) => {
    const [first] = group, byKind = new Map();
    for (const item of group) {
      const [, , owner, part] = item.ref.split("/"), kind = kindWord(item);
      byKind.set(kind, [...byKind.get(kind) || [], (part || owner).replaceAll("%2F", "/")]);
    }
    return [el("tr", { class: "row " + first.status },
      el("td", { class: "c-status" }, badge(first.status)),
      el("td", { class: "c-item" }, code(first.where), el("span", { class: "kind" }, w("html.js.folded", { n: group.length }))),
      el("td", { class: "c-system" }), el("td", { class: "c-department" }), el("td", { class: "c-what" }, what(first))),
    el("tr", { class: "names " + first.status }, el("td", { colspan: COLUMNS.length },
      [...byKind].map(([kind, names]) => el("p", {}, el("b", {}, kind), w("text.colon") + names.join(w("text.and"))))))];
  };
  const onPaper = (printed) => {
    const groups = new Map();
    for (const item of printed) {
      const key = item.status === "unknown" && plain(item) ? [item.plane, item.where, item.more.reason, item.more.detail].join("\n") : item;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(item);
    }
    return [...groups.values()].flatMap((group) => {
      if (group.length > 2) return folded(group);
      return group.flatMap((item) => plain(item) ? [row(item, "plain ")] : [row(item), story(item)]);
    });
  };
  addEventListener("beforeprint", () => {
    const printed = shown.slice(0, PRINTED), left = shown.length - printed.length;
    body.replaceChildren(...onPaper(printed));
    if (left) body.append(el("tr", {}, el("td", { colspan: COLUMNS.length }, w("html.js.unprinted", { n: left }))));
    for (const one of document.querySelectorAll("details")) one.dataset.was = one.open, one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of document.querySelectorAll("details")) one.open = one.dataset.was === "true";
    draw();
  });

  again();
  linked();
})();
