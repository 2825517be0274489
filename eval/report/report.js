const root = document.documentElement;
document.querySelector("[data-do=lang]").addEventListener("click", () => {
  root.dataset.lang = root.dataset.lang === "en" ? "zh" : "en";
  root.lang = root.dataset.lang === "en" ? "en" : "zh-CN";
});
document.querySelector("[data-do=theme]").addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
addEventListener("beforeprint", () => document.querySelectorAll("details.data").forEach((each) => { each.open = true; }));
