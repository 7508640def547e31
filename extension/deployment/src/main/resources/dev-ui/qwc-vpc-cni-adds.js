import { html, css } from 'lit';
import { columnBodyRenderer, gridRowDetailsRenderer } from '@vaadin/grid/lit.js';
import '@vaadin/grid';
import '@vaadin/grid/vaadin-grid-sort-column.js';
import 'qui-badge';
import { IntrospectionPage } from './introspection-page.js';

const ADDS = 50;

/** The first node's last ADDs and those that wait, as /v1/explain has them. */
export class QwcVpcCniAdds extends IntrospectionPage {

    static styles = css`
        :host { display: flex; flex-direction: column; height: 100%; padding: 10px; }
        vaadin-grid { height: 100%; }
        .details { padding: 10px; display: flex; gap: 40px; flex-wrap: wrap; }
        td { padding-right: 15px; }
        .number { text-align: right; }
    `;

    static properties = {
        _open: { state: true },
    };

    constructor() {
        super(`/v1/explain?last=${ADDS}`);
        this._open = [];
    }

    renderAnswer({ adds }) {
        const open = adds.filter(add => this._open.includes(add.requestId));
        return html`
            <vaadin-grid .items="${adds}" .detailsOpenedItems="${open}" theme="no-border"
                    @active-item-changed="${event => this._toggle(event.detail.value)}"
                    ${gridRowDetailsRenderer(details, [])}>
                <vaadin-grid-sort-column path="asked" header="Asked" auto-width></vaadin-grid-sort-column>
                <vaadin-grid-sort-column path="pod" header="Pod" auto-width></vaadin-grid-sort-column>
                <vaadin-grid-column header="Outcome" auto-width ${columnBodyRenderer(outcome, [])}></vaadin-grid-column>
                <vaadin-grid-sort-column path="outcome.address" header="Address" auto-width></vaadin-grid-sort-column>
                <vaadin-grid-column header="Took (ms)" auto-width text-align="end"
                    ${columnBodyRenderer(add => html`${add.totalMillis.toFixed(1)}`, [])}></vaadin-grid-column>
                <vaadin-grid-column header="Advice" auto-width ${columnBodyRenderer(add => html`${add.advice}`, [])}></vaadin-grid-column>
            </vaadin-grid>`;
    }

    _toggle(add) {
        if (add) {
            const others = this._open.filter(id => id !== add.requestId);
            this._open = others.length < this._open.length ? others : [...others, add.requestId];
        }
    }
}

const LEVELS = { granted: 'success', waiting: 'warning', connecting: 'contrast', refused: 'error' };

function outcome(add) {
    const { state, reason } = add.outcome;
    return html`<qui-badge small level="${LEVELS[state] ?? ''}">${state}</qui-badge> ${reason ?? ''}`;
}

/** Where its time went, and which calls of EC2 it waited for. */
function details(add) {
    return html`
        <div class="details">
            <table>
                ${add.phases.map(phase => html`
                    <tr><td>${phase.phase}</td><td class="number">${phase.tookMillis.toFixed(1)} ms</td></tr>`)}
            </table>
            <table>
                ${add.ec2Calls.map(call => html`
                    <tr><td>${call.api}</td><td>${call.outcome}</td>
                        <td class="number">${call.tookMillis === undefined ? '' : `${call.tookMillis.toFixed(0)} ms`}</td></tr>`)}
            </table>
            <span>${add.outcome.detail ?? ''}</span>
        </div>`;
}

customElements.define('qwc-vpc-cni-adds', QwcVpcCniAdds);
