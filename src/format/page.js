for (const button of document.querySelectorAll("button[data-for]")) {
  const field = document.getElementById(button.dataset.for), label = button.textContent;
  field.value = new URL(field.value, document.baseURI).href;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select();
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    document.getElementById("said").textContent = "Copied " + field.value;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}
