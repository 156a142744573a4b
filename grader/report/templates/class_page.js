"use strict";
// Sorts and filters the table of teams. Without it the page is the same, with the table as it stands.
(function () {
  const table = document.getElementById("team-table");
  const controls = document.getElementById("team-controls");
  if (!table || !controls) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const told = document.getElementById("team-count");
  const fields = {
    text: document.getElementById("filter-text"),
    status: document.getElementById("filter-status"),
    item: document.getElementById("filter-item"),
    flag: document.getElementById("filter-flag"),
  };
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

  function fits(row) {
    const words = fields.text.value.toLowerCase().split(/\s+/);
    return words.every((word) => texts.get(row).includes(word))
      && (!fields.status.value || row.dataset.status === fields.status.value)
      && (!fields.item.value || row.dataset.lost.split(" ").includes(fields.item.value))
      && (!fields.flag.value || row.dataset.flags.split(" ").includes(fields.flag.value));
  }

  function filter() {
    let shown = 0;
    for (const row of rows) {
      row.hidden = !fits(row);
      shown += row.hidden ? 0 : 1;
    }
    told.textContent = controls.dataset.told.replace("{shown}", shown).replace("{total}", rows.length);
  }

  function value(row, column) {
    const cell = row.cells[column];
    return "value" in cell.dataset ? cell.dataset.value : cell.textContent.trim();
  }

  function order(column, numeric, direction) {
    const place = new Map(rows.map((row, index) => [row, index]));
    const names = new Intl.Collator(undefined, { numeric: true });
    return function (one, other) {
      const a = value(one, column), b = value(other, column);
      // Rows without a value come last, whichever way the others go.
      if (!a || !b) return (a ? 0 : 1) - (b ? 0 : 1) || place.get(one) - place.get(other);
      const compared = numeric ? Number(a) - Number(b) : names.compare(a, b);
      return compared * direction || place.get(one) - place.get(other);
    };
  }

  function sort(header) {
    const direction = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    rows.slice().sort(order(header.cellIndex, header.dataset.sort === "number", direction)).forEach((row) => body.append(row));
  }

  for (const header of table.tHead.rows[0].cells) {
    if (!header.dataset.sort) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(header));
    header.append(button);
  }
  for (const field of Object.values(fields)) field.addEventListener("input", filter);
  controls.addEventListener("reset", () => setTimeout(filter));
  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.hidden = false;
  filter();
})();
