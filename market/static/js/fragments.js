// Parts of a page that are fetched after it: <div data-fragment="url">, which holds a plain link until then.
// With data-fragment-follows="selector" the part is fetched again, with what is typed, while that form changes.

const WAIT_MS = 500;

function typed(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) {
    if (value instanceof File) data.delete(name);
  }
  return data;
}

async function load(part, form, signal) {
  const options = form ? { method: "POST", body: typed(form), signal } : { signal };
  const answer = await fetch(part.dataset.fragment, options);
  if (answer.ok && !answer.redirected) part.innerHTML = await answer.text();
}

function follow(part, form) {
  let timer = 0;
  let running = new AbortController();
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running.abort();
      running = new AbortController();
      load(part, form, running.signal).catch(() => {});
    }, WAIT_MS);
  });
}

for (const part of document.querySelectorAll("[data-fragment]")) {
  const form = part.dataset.fragmentFollows && document.querySelector(part.dataset.fragmentFollows);
  load(part, form).catch(() => {}); // the link stays
  if (form) follow(part, form);
}
