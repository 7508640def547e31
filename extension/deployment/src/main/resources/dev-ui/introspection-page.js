import { LitElement, html } from 'lit';

const PERIOD_MILLIS = 1000;

/** A page that shows an answer of introspection, asked for anew every second while it is open. */
export class IntrospectionPage extends LitElement {

    static properties = {
        _answer: { state: true },
        _problem: { state: true },
    };

    /** @param path what is asked for, such as /v1/enis */
    constructor(path) {
        super();
        this._path = path;
        this._answer = null;
        this._problem = '';
    }

    connectedCallback() {
        super.connectedCallback();
        this._read();
        this._timer = setInterval(() => this._read(), PERIOD_MILLIS);
    }

    disconnectedCallback() {
        clearInterval(this._timer);
        super.disconnectedCallback();
    }

    async _read() {
        try {
            const answer = await fetch(this._path);
            if (!answer.ok) {
                throw new Error(await answer.text());
            }
            this._answer = await answer.json();
            this._problem = '';
        } catch (e) {
            this._problem = e.message;
        }
    }

    render() {
        if (this._problem) {
            return html`<p style="color: var(--lumo-error-text-color)">${this._problem}</p>`;
        }
        return this._answer ? this.renderAnswer(this._answer) : html``;
    }
}
