// Nothing typed is lost: forms with data-draft are kept in this browser until they have been accepted.

const PREFIX = "draft:";
const SENT = "draft-sent";
const SKIPPED = new Set(["hidden", "password", "file", "submit", "button"]);

function fields(form) {
  return [...form.elements].filter((field) => field.name && !SKIPPED.has(field.type));
}

function typed(form) {
  return fields(form).map((field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked;
    return field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value;
  });
}

function fill(form, values) {
  fields(form).forEach((field, index) => {
    const value = values[index];
    if (field.type === "checkbox" || field.type === "radio") field.checked = value;
    else if (Array.isArray(value)) [...field.options].forEach((option) => (option.selected = value.includes(option.value)));
    else field.value = value;
    field.dispatchEvent(new Event("input"));
  });
}

function notice(form, key, original) {
  const bar = document.createElement("div");
  bar.className = "alert tone-info";
  bar.setAttribute("role", "status");
  const body = document.createElement("div");
  body.className = "alert-body";
  body.textContent = `${document.body.dataset.textRestored} `;
  const discard = document.createElement("button");
  discard.type = "button";
  discard.className = "button button-plain button-small";
  discard.textContent = document.body.dataset.textDiscard;
  discard.addEventListener("click", () => {
    localStorage.removeItem(key);
    fill(form, original);
    bar.remove();
  });
  body.append(discard);
  bar.append(body);
  form.prepend(bar);
}

function keep(form) {
  const key = PREFIX + form.dataset.draft;
  const original = typed(form);
  const shape = fields(form).map((field) => field.name).join();
  const saved = JSON.parse(localStorage.getItem(key) ?? "null");
  // A form sent back with errors already holds what was typed.
  if (saved && saved.shape === shape && !("submitted" in form.dataset)) {
    if (JSON.stringify(saved.values) !== JSON.stringify(original)) {
      fill(form, saved.values);
      notice(form, key, original);
    }
  }
  let timer = 0;
  const save = () => localStorage.setItem(key, JSON.stringify({ shape, values: typed(form) }));
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 400);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    save();
    sessionStorage.setItem(SENT, key);
  });
}

// The page after a sent form: without that form on it, in error, the draft has done its work.
const sent = sessionStorage.getItem(SENT);
sessionStorage.removeItem(SENT);
const forms = [...document.querySelectorAll("form[data-draft]")];
if (sent && !forms.some((form) => PREFIX + form.dataset.draft === sent && "submitted" in form.dataset)) {
  localStorage.removeItem(sent);
}
forms.forEach(keep);
