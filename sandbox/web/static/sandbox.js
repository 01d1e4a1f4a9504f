// The workspace in the browser: what is clicked is sent to the sandbox, what changed is fetched as pieces of HTML.
"use strict";

const workspace = document.querySelector(".workspace");
const modal = document.getElementById("modal");
const strip = document.getElementById("strip");
let modalKey = "";
let returnTo = null;

const place = () => ({ channel: workspace.dataset.place, thread: workspace.dataset.thread });

async function act(name, given) {
  const answer = await fetch(`/do/${name}?as=${workspace.dataset.me}`, { method: "POST", body: JSON.stringify(given) });
  const found = await answer.json();
  if (found.error) warn(found.error);
  return found;
}

function warn(words) {
  const texts = {
    operation_timeout: "/handover failed: the app did not answer within 3 seconds (operation_timeout).",
    dispatch_failed: "/handover failed: the app could not be reached (dispatch_failed).",
  };
  strip.textContent = texts[words] || words;
  strip.hidden = false;
  setTimeout(() => { strip.hidden = true; }, 8000);
}

// Where an element stands: a view, a note that only I see, or a message.
function spot(element) {
  const view = element.closest("[data-view-id]");
  if (view) return { view: view.dataset.viewId, values: valuesOf(view) };
  const note = element.closest("[data-ephemeral]");
  if (note) return { ephemeral: note.dataset.ephemeral };
  const message = element.closest("[data-ts]");
  return { channel: workspace.dataset.place, ts: message ? message.dataset.ts : "" };
}

function valueOf(element) {
  const kind = element.dataset.type;
  if (kind === "checkboxes" || kind.startsWith("multi_static") || kind.startsWith("multi_users") || kind.startsWith("multi_c")) {
    return [...element.querySelectorAll("input:checked")].map((box) => box.value);
  }
  if (kind === "radio_buttons") {
    const box = element.querySelector("input:checked");
    return box ? box.value : "";
  }
  if (kind.endsWith("external_select")) {
    const picked = JSON.parse(element.dataset.picked || "[]").map((one) => one.value);
    return kind.startsWith("multi_") ? picked : (picked[0] || "");
  }
  if (kind === "file_input") return JSON.parse(element.dataset.files || "[]");
  return element.value;
}

function valuesOf(view) {
  const out = {};
  for (const element of view.querySelectorAll("[data-action-id][data-type]")) {
    if (["button", "overflow", "image", "workflow_button"].includes(element.dataset.type)) continue;
    (out[element.dataset.blockId] ||= {})[element.dataset.actionId] = valueOf(element);
  }
  return out;
}

function ask(confirm) {
  return new Promise((resolve) => {
    const dialog = document.getElementById("ask");
    dialog.querySelector("h2").textContent = confirm.title.text;
    dialog.querySelector("p").textContent = confirm.text.text;
    const [no, yes] = dialog.querySelectorAll("button");
    no.textContent = confirm.deny.text;
    yes.textContent = confirm.confirm.text;
    no.onclick = () => { dialog.close(); resolve(false); };
    yes.onclick = () => { dialog.close(); resolve(true); };
    dialog.showModal();
  });
}

const confirmed = (element) => element.dataset.confirm ? ask(JSON.parse(element.dataset.confirm)) : Promise.resolve(true);

async function press(button) {
  if (!await confirmed(button)) return;
  if (button.dataset.url) window.open(button.dataset.url, "_blank", "noopener");
  await act("click", { ...spot(button), action: button.dataset.actionId, block: button.dataset.blockId, value: button.value || null });
  refresh();
}

async function choose(element, value) {
  if (!await confirmed(element)) return;
  await act("choose", { ...spot(element), action: element.dataset.actionId, block: element.dataset.blockId, type: element.dataset.type, value });
  refresh();
}

document.addEventListener("click", async (event) => {
  const target = event.target.closest("button, a, li[role=option]");
  if (!target) return;
  if (target.dataset.type === "button" || target.dataset.type === "workflow_button") return press(target);
  if (target.getAttribute("role") === "menuitem") {
    const menu = target.closest("details.overflow");
    menu.open = false;
    if (target.dataset.url) window.open(target.dataset.url, "_blank", "noopener");
    return choose(menu, target.dataset.option);
  }
  if (target.getAttribute("role") === "option") return pick(target);
  if (target.dataset.close) return closeModal(target.dataset.close === "all");
  if (target.dataset.forget) { await act("forget", { ephemeral: target.dataset.forget }); return refresh(); }
  if (target.dataset.shortcut) {
    await act("shortcut", { channel: workspace.dataset.place, ts: target.closest("[data-ts]").dataset.ts, callback_id: target.dataset.shortcut });
    return refresh();
  }
  if (target.dataset.clear === "status") { await act("status", {}); return refresh(); }
  if (target.dataset.global) { await act("global", { callback_id: target.dataset.global }); refresh(); }
});

// Files are there before the form is sent, as in Slack; sending it waits for them.
let uploading = Promise.resolve();

async function upload(field, files) {
  const found = [];
  for (const file of files) {
    const content = await new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result.split(",")[1] || "");
      reader.onerror = () => { warn(`${file.name} cannot be read. Choose it again.`); resolve(null); };
      reader.readAsDataURL(file);
    });
    const kept = content === null ? {} : await act("upload", { file: file.name, content });
    if (kept.id) found.push(kept);
  }
  showFiles(field, found.map((one) => one.id), found.map((one) => one.name));
}

function showFiles(field, ids, names) {
  field.dataset.files = JSON.stringify(ids);
  field.querySelector("ul").replaceChildren(...names.map((name) => {
    const line = document.createElement("li");
    line.textContent = name;
    return line;
  }));
}

document.addEventListener("change", (event) => {
  const element = event.target.closest("[data-action-id][data-type]");
  if (element && element.dataset.type === "file_input") {
    uploading = upload(element, [...event.target.files]).catch(() => {}); // the next one may be sent all the same
    event.target.value = ""; // the same file, changed once more, can be chosen again
    return;
  }
  if (!element || element.dataset.live === undefined || element.classList.contains("external")) return;
  choose(element, valueOf(element));
});

document.addEventListener("input", async (event) => {
  const field = event.target.closest(".external");
  if (!field) return;
  const list = field.querySelector("[role=listbox]");
  const text = event.target.value;
  const found = await act("suggest", { ...spot(field), action: field.dataset.actionId, block: field.dataset.blockId, text });
  if (event.target.value !== text) return; // more was typed meanwhile: its own answer counts
  list.replaceChildren(...(found.options || []).map((one) => {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.tabIndex = 0;
    item.dataset.value = one.value;
    item.textContent = one.text;
    return item;
  }));
  list.hidden = !list.children.length;
});

document.addEventListener("focusin", (event) => {
  const field = event.target.closest(".external");
  if (field && event.target.tagName === "INPUT") event.target.dispatchEvent(new Event("input", { bubbles: true }));
});

function pick(item) {
  const field = item.closest(".external");
  field.dataset.picked = JSON.stringify([{ value: item.dataset.value, text: item.textContent }]);
  field.querySelector("input").value = item.textContent;
  field.querySelector("[role=listbox]").hidden = true;
  if (field.dataset.live !== undefined) choose(field, item.dataset.value);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.matches(".composer")) {
    event.preventDefault();
    const text = form.querySelector("textarea");
    if (!text.value.trim()) return;
    const words = text.value;
    text.value = "";
    await act("say", { text: words, channel: place().channel, thread: form.dataset.thread });
    refresh();
  } else if (form.matches(".status")) {
    event.preventDefault();
    const picked = form.elements.status.selectedOptions[0];
    await act("status", { emoji: picked.value, text: picked.dataset.words, until: form.elements.until.value });
    form.closest("details").open = false;
    refresh();
  } else if (form.matches(".modal")) {
    event.preventDefault();
    send(form);
  }
});

async function send(form) {
  for (const error of form.querySelectorAll(".field-error")) error.hidden = true;
  await uploading;
  const found = await act("submit", { view: form.dataset.viewId, values: valuesOf(form) });
  for (const [block, words] of Object.entries(found.errors || {})) {
    const field = form.querySelector(`[data-input="${CSS.escape(block)}"] .field-error`);
    if (field) { field.textContent = words; field.hidden = false; field.scrollIntoView({ block: "nearest" }); }
  }
  refresh();
}

async function closeModal(all) {
  const form = modal.querySelector(".modal");
  if (form) await act("close", { view: form.dataset.viewId, all });
  refresh();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !modal.hidden) closeModal(false);
  if (event.key === "Enter" && !event.shiftKey && event.target.matches(".composer textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

document.getElementById("as").addEventListener("change", (event) => event.target.form.submit());

function put(id, html) {
  const element = document.getElementById(id);
  if (element.dataset.html === html) return;
  const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 80;
  const held = element.contains(document.activeElement) ? document.activeElement : null;
  // Half-typed text is never taken away; a box or a menu that was just used is drawn anew and keeps the focus.
  if (held && held.matches("textarea, input:not([type=checkbox]):not([type=radio])")) return;
  const home = held && held.closest("[data-action-id]");
  const spot = home && `[data-ts="${(held.closest("[data-ts]") || home).dataset.ts}"] [data-action-id="${CSS.escape(home.dataset.actionId)}"]`;
  element.innerHTML = html;
  const again = spot && element.querySelector(spot);
  if (again) (again.querySelector("input, summary") || again).focus({ preventScroll: true });
  element.dataset.html = html;
  if (atEnd) element.scrollTop = element.scrollHeight;
}

// What is typed and ticked survives a redraw of the same window, as in Slack's own client.
const nameOf = (element) => `${element.dataset.blockId} ${element.dataset.actionId} ${element.dataset.type}`;
const fields = (view) => [...view.querySelectorAll("[data-action-id][data-type]")].filter((one) => !["button", "overflow"].includes(one.dataset.type));

function kept(view) {
  return new Map(fields(view).map((one) => [nameOf(one), {
    value: one.value,
    picked: one.dataset.picked,
    files: one.dataset.files,
    names: [...one.querySelectorAll("ul > li")].map((line) => line.textContent),
    inner: [...one.querySelectorAll("input")].map((box) => [box.value, box.checked]),
  }]));
}

function restore(view, typed) {
  for (const one of fields(view)) {
    const was = typed.get(nameOf(one));
    if (!was) continue;
    if (was.files !== undefined) {
      showFiles(one, JSON.parse(was.files), was.names);
      continue;
    }
    if (was.value !== undefined) one.value = was.value;
    if (was.picked !== undefined) {
      one.dataset.picked = was.picked;
      one.querySelector("input").value = was.inner[0][0];
    } else {
      for (const box of one.querySelectorAll("input")) {
        const match = was.inner.find(([value]) => value === box.value);
        if (match) box.checked = match[1];
      }
    }
  }
}

function drawModal(html, key) {
  if (key === modalKey) return;
  if (!modalKey) returnTo = document.activeElement;
  const open = modal.querySelector(".modal");
  const typed = open ? kept(open) : new Map();
  const before = open ? open.dataset.viewId : "";
  modalKey = key;
  modal.innerHTML = html;
  modal.hidden = !key;
  const now = modal.querySelector(".modal");
  if (now && now.dataset.viewId === before) restore(now, typed);
  if (key) {
    const first = modal.querySelector(".modal-body input, .modal-body textarea, .modal-body select, .modal-body button, footer button");
    if (first) first.focus();
  } else if (returnTo && document.contains(returnTo)) returnTo.focus();
}

// Time: one jump at a time, in every window. aria-disabled keeps the keyboard's place on the button that was pressed.
const jumps = [...document.querySelectorAll("[data-jump]")];

function drawClock(clock) {
  document.getElementById("time").textContent = clock.time;
  const journey = document.getElementById("journey");
  if (journey.textContent !== clock.line) journey.textContent = clock.line;
  for (const button of jumps) button.setAttribute("aria-disabled", String(clock.moving));
}

async function jump(button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  for (const one of jumps) one.setAttribute("aria-disabled", "true");
  try {
    const answer = await fetch("/clock", { method: "POST", body: JSON.stringify({ jump: button.dataset.jump }) });
    const found = await answer.json();
    if (found.error) warn(found.error);
  } finally {
    refresh();
  }
}

for (const button of jumps) button.addEventListener("click", () => jump(button));

let running = false;
let again = false;
async function refresh() {
  if (running) { again = true; return; }
  running = true;
  try {
    const { channel, thread } = place();
    const answer = await fetch(`/pane?${new URLSearchParams({ as: workspace.dataset.me, c: channel, t: thread })}`);
    const found = await answer.json();
    put("sidebar", found.sidebar);
    put("main", found.main);
    put("thread", found.thread);
    put("guide", found.guide);
    drawClock(found.clock);
    drawModal(found.modal, found.modal_key);
  } finally {
    running = false;
    if (again) { again = false; refresh(); }
  }
}

const stream = new EventSource(`/live?version=${workspace.dataset.version}`);
stream.onmessage = refresh;
if (workspace.dataset.place === "home") act("home", {});
for (const id of ["main", "thread"]) document.getElementById(id).scrollTop = 1e9;
const wanted = new URLSearchParams(location.search).get("m");
if (wanted) { const found = document.querySelector(`#thread [data-ts="${CSS.escape(wanted)}"]`); if (found) found.scrollIntoView(); }
refresh();
