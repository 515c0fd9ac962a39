// Long forms save themselves: while a form with data-draft is being typed it is sent there every ten seconds,
// and once more when the page is left. The button beside it does the same without script.

const EVERY_MS = 10_000;

function typed(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) {
    if (value instanceof File) data.delete(name);
  }
  data.set("_quiet", "1");
  return data;
}

function say(form, moment) {
  const status = form.querySelector("[data-draft-status]");
  if (!status) return;
  const time = new Date(moment).toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai",
  });
  status.value = `${status.dataset.draftStatus} ${time}`;
}

function keep(form) {
  const url = form.dataset.draft;
  let timer = 0;
  let isChanged = false;
  const save = async () => {
    isChanged = false;
    const answer = await fetch(url, { method: "POST", body: typed(form) });
    if (answer.ok && !answer.redirected) say(form, (await answer.json()).saved_at);
  };
  form.addEventListener("input", () => {
    if (!isChanged) timer = setTimeout(() => save().catch(() => (isChanged = true)), EVERY_MS);
    isChanged = true;
  });
  // A form that is being sent needs no draft: a late one would outlive it.
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    isChanged = false;
  });
  addEventListener("pagehide", () => {
    if (isChanged) navigator.sendBeacon(url, typed(form));
    isChanged = false;
  });
}

document.querySelectorAll("form[data-draft]").forEach(keep);
