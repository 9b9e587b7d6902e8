"use strict";
// Sorts the rows within each program by a column. Without it the table stays as it is: the worst first.
(() => {
  const table = document.querySelector(".scorecard");
  const headings = [...table.tHead.rows[0].cells];
  // Numbers are compared as numbers, and rows without one come last whichever way the column is sorted.
  const key = (row, column) => {
    const cell = row.cells[column];
    if (!("sort" in cell.dataset)) return cell.textContent.toLowerCase();
    return cell.dataset.sort === "" ? null : Number(cell.dataset.sort);
  };
  function sort(column, isDescending) {
    const sign = isDescending ? -1 : 1;
    for (const body of table.tBodies) {
      const [head, ...rows] = body.rows;
      rows.sort((one, other) => {
        const a = key(one, column), b = key(other, column);
        if (a === null || b === null) return (a === null) - (b === null);
        return sign * (a < b ? -1 : a > b ? 1 : 0);
      });
      body.replaceChildren(head, ...rows);
    }
    headings.forEach((heading, n) => {
      heading.setAttribute("aria-sort", n !== column ? "none" : isDescending ? "descending" : "ascending");
    });
  }
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    heading.setAttribute("aria-sort", column === 0 ? "ascending" : "none");
    button.addEventListener("click", () => sort(column, heading.getAttribute("aria-sort") === "ascending"));
  });
})();
