/** A press means what the button said when it began. When its words are others by its end, nothing is done. */
export class Press {
  #button: Element | null = null;
  #said = '';

  /** Of a key that is held down, the first time counts. */
  begins = {
    capture: true,
    handleEvent: (event: Event) => {
      if (event instanceof KeyboardEvent && event.repeat) return;
      this.#button = buttonOf(event);
      this.#said = this.#button?.textContent ?? '';
    },
  };

  ends = {
    capture: true,
    handleEvent: (event: Event) => {
      const button = buttonOf(event);
      if (button && button === this.#button && button.textContent !== this.#said) event.stopImmediatePropagation();
      this.#button = null;
    },
  };
}

const buttonOf = (event: Event) => (event.target as Element).closest('button');
