// Copying addresses: by the clipboard where the browser lets a page, else by hand.

/** What can be taken for one address of a stranger, who may claim anything. */
const ADDRESS = /^[^\s,;<>"()\\]+@[^\s,;<>"()\\]+$/;
const isStranger = (row) => row.kind === "unexplained" || row.kind === "recorder";

/** Each address once, in the order of the list. */
function addressesOf(list) {
  const addresses = list.filter((row) => (isStranger(row) ? ADDRESS.test(row.email) : row.email !== "")).map((row) => row.email);
  return [...new Set(addresses)];
}

function offerCopy() {
  const count = addressesOf(passing).length;
  const button = element("copy");
  button.disabled = count === 0;
  button.textContent = count === 0 ? "No addresses" : `Copy ${counted(count, "address", "addresses")}`;
}

/** The old way: works where the new one is not allowed. */
function copiedBySelection(text) {
  const area = make("textarea", "hidden");
  area.value = text;
  document.body.append(area);
  area.select();
  let done = false;
  try { done = document.execCommand("copy"); } catch { /* Then by hand. */ }
  area.remove();
  return done;
}

function copyByHand(text) {
  element("addresses").value = text;
  element("by-hand").showModal();
  element("addresses").select();
}

async function copyAddresses() {
  const addresses = addressesOf(passing);
  const text = addresses.join(", ");
  const button = element("copy");
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    done = copiedBySelection(text);
  }
  button.focus();
  if (!done) {
    copyByHand(text);
    return;
  }
  element("count").textContent = `${counted(addresses.length, "address", "addresses")} copied`;
}
