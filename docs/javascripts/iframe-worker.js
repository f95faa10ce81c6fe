// Lets the search work on pages opened as files: browsers refuse to start workers there, so the worker's script runs in
// a hidden frame. Zensical would load a script of the same purpose from the web.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.onmessage = this.onerror = this.onmessageerror = null;
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.ready = new Promise((resolve) => {
        this.frame.addEventListener("load", () => {
          const inside = this.frame.contentWindow;
          inside.postMessage = (data) => setTimeout(() => this.receive(data));
          const script = inside.document.createElement("script");
          script.addEventListener("load", resolve);
          script.src = url;
          inside.document.body.append(script);
        }, { once: true });
      });
      document.body.append(this.frame);
    }

    receive(data) {
      const message = new MessageEvent("message", { data });
      this.onmessage?.(message);
      this.dispatchEvent(message);
    }

    postMessage(data) {
      this.ready.then(() => this.frame.contentWindow?.dispatchEvent(new MessageEvent("message", { data })));
    }

    terminate() {
      this.frame.remove();
    }
  };
}
