/** The shop's page. What customers and errors say enters it as text, never as markup. */
export const tillPage: string = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Duka la Mfano</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
  body { max-width: 34rem; margin: 2rem auto; padding: 0 1rem; }
  form { display: grid; grid-template-columns: 1fr 7rem auto; gap: .75rem; align-items: end; }
  label { display: grid; gap: .25rem; }
  input, button { font: inherit; padding: .5rem; min-width: 0; }
  table { width: 100%; margin-top: 1.5rem; border-collapse: collapse; }
  th, td { text-align: start; padding: .4rem .5rem .4rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
  td:nth-child(-n+2) { white-space: nowrap; }
  .succeeded { color: light-dark(#12692f, #6fdc8c); } .failed { color: light-dark(#a31515, #ff9d9d); } .unknown { color: light-dark(#7a4b00, #f1c21b); }
  @media (max-width: 30rem) { form { grid-template-columns: 1fr; } }
</style>
<main>
  <h1>Duka la Mfano</h1>
  <form>
    <label>Phone number <input name="phoneNumber" type="tel" value="0712 345 678" required></label>
    <label>Shillings <input name="amount" type="number" min="1" step="1" value="100" required></label>
    <button>Ask for payment</button>
  </form>
  <table aria-live="polite">
    <thead><tr><th scope="col">Order</th><th scope="col">Amount</th><th scope="col">State</th></tr></thead>
    <tbody></tbody>
  </table>
</main>
<script type="module">
  const form = document.querySelector("form");
  const rows = document.querySelector("tbody");
  let shown = "";
  const cell = (text, className = "") => Object.assign(document.createElement("td"), { textContent: text, className });
  const show = async () => {
    const text = await (await fetch("/orders")).text();
    if (text === shown) return;
    shown = text;
    rows.replaceChildren(...JSON.parse(text).map(({ reference, amount, state, outcome }) => {
      const row = document.createElement("tr");
      row.append(cell(reference), cell(amount + " KES"), cell(state, outcome));
      return row;
    }));
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = JSON.stringify(Object.fromEntries(new FormData(form)));
    await fetch("/pay", { method: "POST", headers: { "content-type": "application/json" }, body });
    await show();
  });
  setInterval(() => show().catch(() => undefined), 1000);
  show();
</script>
</html>
`;
