const all = (what) => document.querySelectorAll(what), said = document.getElementById("said");
const of = (style) => { try { return new Intl.DateTimeFormat(document.documentElement.lang, style); } catch { return new Intl.DateTimeFormat(undefined, style); } };
const day = of({ dateStyle: "medium" }), exact = of({ dateStyle: "full", timeStyle: "long" });
for (const time of all("time")) {
  const date = new Date(time.dateTime);
  time.textContent = day.format(date);
  time.title = exact.format(date);
}
const broken = (image) => image.remove();
addEventListener("error", (event) => { if (event.target.tagName === "IMG") broken(event.target); }, true);
for (const image of all("header img")) if (image.complete && !image.naturalWidth) broken(image);
for (const button of all("button[data-copy]")) {
  const address = new URL(button.dataset.copy, document.baseURI).href, label = button.innerHTML;
  const field = button.parentElement.querySelector("input");
  if (field) field.value = address;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      const area = field ?? document.body.appendChild(Object.assign(document.createElement("textarea"), { value: address }));
      area.select();
      document.execCommand("copy");
      if (!field) area.remove();
    }
    button.textContent = "Copied";
    said.textContent = "Copied " + address;
    setTimeout(() => { button.innerHTML = label; }, 2000);
  });
}
const search = document.querySelector("[type=search]"), entries = [...all(".river > li")];
if (search) {
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = entries.map((entry) => plain([entry, ...[...entry.classList].map((id) => document.getElementById(id).parentElement)].map((part) => part.textContent).join(" ")));
  search.hidden = false;
  const show = () => {
    const words = plain(search.value).split(/\s+/);
    entries.forEach((entry, at) => { entry.hidden = !words.every((word) => texts[at].includes(word)); });
    const shown = entries.filter((entry) => entry.getClientRects().length).length;
    said.textContent = shown + " of " + entries.length + " entries";
    document.getElementById("none").hidden = shown > 0;
  };
  search.addEventListener("input", show);
  for (const choice of all(".filters input")) choice.addEventListener("change", show);
}
