// Keeps the whole course on this device, for whoever asks.

/** Show the button. `begin` starts the worker, and `in_control` waits until it answers. */
export async function offer(box, list, { begin, in_control, build }) {
  const [button, output, progress] = ["button", "output", "progress"].map((name) =>
    box.querySelector(name),
  );
  const done = () => {
    button.hidden = true;
    output.value = "This course is kept on this device: it can be read without network.";
  };
  const keep = async () => {
    if (button.ariaDisabled === "true") return; // under way
    button.ariaDisabled = "true"; // and not disabled, which would lose the keyboard's place
    output.value = "Keeping the course …";
    progress.hidden = false;
    try {
      await begin();
      if (!(await navigator.serviceWorker.getRegistration(new URL(".", list))))
        throw new Error("This window keeps nothing.");
      await in_control();
      await keep_all(list, build, (share) => (progress.value = share));
      output.tabIndex = -1;
      output.focus(); // as the button goes
      done();
    } catch (error) {
      output.value = `It could not be kept. ${error.message} Try again.`;
    }
    progress.hidden = true;
    button.ariaDisabled = null;
  };
  if (await caches.match(list)) done();
  else button.addEventListener("click", keep);
  box.hidden = false;
}

/** Fetch every file through the worker, which keeps it; the list itself last, as it says “all”. */
async function keep_all(list, build, tell) {
  navigator.storage?.persist?.(); // or the browser may drop it when space is short
  const answer = await fetch(list, { cache: "no-cache" });
  const { build: newest, files } = await answer.clone().json();
  if (newest !== build)
    throw new Error("A new version has been published: reload this page first.");
  const queue = files.values();
  let count = 0;
  const some = async () => {
    for (const file of queue) {
      const response = await fetch(new URL(file, list));
      if (!response.ok) throw new Error(`The server answered ${response.status} to ${file}.`);
      await response.blob();
      tell(++count / files.length);
    }
  };
  await Promise.all(Array.from({ length: 6 }, some));
  const missing = async () => {
    const found = await Promise.all(files.map((file) => caches.match(new URL(file, list))));
    return found.filter((response) => !response).length;
  };
  for (let wait = 50; await missing(); wait *= 2) {
    if (wait > 2000) throw new Error("This browser did not keep all of it.");
    await new Promise((resolve) => setTimeout(resolve, wait)); // it is still writing
  }
  const cache = await caches.open(`cv7 ${new URL(".", list)} ${build}`); // as worker.mjs names it
  await cache.put(list, answer);
}
