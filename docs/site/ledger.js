// Filters a table.ledger by words and by the choices above it. Works without a server.
document.addEventListener("DOMContentLoaded", () => {
  const table = document.querySelector("table.ledger");
  if (!table) return;
  const rows = Array.from(table.tBodies[0].rows, row => ({ row, text: row.textContent.toLowerCase() }));
  const words = document.getElementById("ledger-words");
  const choices = Array.from(document.querySelectorAll(".ledger-tools select"));
  const count = document.getElementById("ledger-count");
  const filter = () => {
    const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text } of rows) {
      const fits = asked.every(word => text.includes(word)) &&
        choices.every(one => !one.value || row.dataset[one.name].split("|").includes(one.value));
      row.hidden = !fits;
      shown += fits;
    }
    count.textContent = `${shown} of ${rows.length} figures`;
  };
  words.addEventListener("input", filter);
  choices.forEach(one => one.addEventListener("change", filter));
  // ledger.html#C035 asks for words; #the-ledger leads to a heading, and a broken one to nothing.
  let linked = "";
  try { linked = decodeURIComponent(location.hash.slice(1)); } catch { /* all rows */ }
  if (!document.getElementById(linked)) { words.value = linked; }
  filter();
});
