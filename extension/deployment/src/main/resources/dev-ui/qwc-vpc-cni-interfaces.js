import { html, css } from 'lit';
import { columnBodyRenderer } from '@vaadin/grid/lit.js';
import '@vaadin/grid';
import '@vaadin/grid/vaadin-grid-sort-column.js';
import 'qui-badge';
import { IntrospectionPage } from './introspection-page.js';

/** The first node's network interfaces and their addresses, as /v1/enis has them. */
export class QwcVpcCniInterfaces extends IntrospectionPage {

    static styles = css`
        :host { display: flex; flex-direction: column; height: 100%; gap: 10px; padding: 10px; }
        .sums { display: flex; gap: 20px; }
        .sums b { font-size: 150%; display: block; }
    `;

    constructor() {
        super('/v1/enis');
    }

    renderAnswer(answer) {
        const cards = Object.entries(answer);
        if (cards.length === 0) {
            return html`<p>The node has no interfaces yet.</p>`;
        }
        return cards.map(([number, card]) => html`
            <div class="sums">
                <span><b>${number}</b>network card</span>
                <span><b>${Object.keys(card.ENIs).length}</b>interfaces</span>
                <span><b>${card.TotalIPs}</b>addresses</span>
                <span><b>${card.AssignedIPs}</b>assigned</span>
                <span><b>${card.CooldownIPs}</b>cooling</span>
                <span><b>${card.HeldIPs}</b>held</span>
                <span><b>${card.WaitingPods}</b>waiting pods</span>
            </div>
            <vaadin-grid .items="${rows(card)}" theme="no-border" all-rows-visible>
                <vaadin-grid-sort-column path="eni" header="Interface" auto-width></vaadin-grid-sort-column>
                <vaadin-grid-sort-column path="device" header="Device" auto-width></vaadin-grid-sort-column>
                <vaadin-grid-sort-column path="address" header="Address" auto-width></vaadin-grid-sort-column>
                <vaadin-grid-column header="State" auto-width ${columnBodyRenderer(state, [])}></vaadin-grid-column>
                <vaadin-grid-sort-column path="pod" header="Pod" auto-width></vaadin-grid-sort-column>
                <vaadin-grid-sort-column path="since" header="Since or until" auto-width></vaadin-grid-sort-column>
            </vaadin-grid>`);
    }
}

/** One for each address that somebody has, had or holds, and one for what is free on an interface. */
function rows(card) {
    return Object.values(card.ENIs).flatMap(eni => {
        const networks = [...Object.entries(eni.AvailableIPv4Cidrs), ...Object.entries(eni.IPv6Cidrs)];
        const used = networks.flatMap(([, network]) => Object.values(network.IPAddresses)).map(address => ({
            eni: eni.ID, device: eni.DeviceNumber, address: address.Address, ...use(address),
        }));
        const idle = networks.filter(([, network]) => Object.keys(network.IPAddresses).length === 0)
            .map(([name]) => ({ eni: eni.ID, device: eni.DeviceNumber, address: name, state: 'free', pod: '', since: '' }));
        const trunk = eni.IsTrunk ? [{ eni: eni.ID, device: eni.DeviceNumber, address: '', state: 'trunk', pod: '', since: '' }] : [];
        return [...trunk, ...used, ...idle];
    });
}

function use(address) {
    if (address.CoolingUntil) {
        return { state: 'cooling', pod: '', since: address.CoolingUntil };
    }
    if (address.HeldByLink !== undefined) {
        return { state: 'held', pod: address.HeldByLink, since: '' };
    }
    const pod = address.IPAMMetadata;
    return { state: 'assigned', pod: `${pod.k8sPodNamespace}/${pod.k8sPodName}`, since: address.AssignedTime };
}

const LEVELS = { assigned: 'success', cooling: 'contrast', held: 'warning' };

function state(row) {
    return html`<qui-badge small level="${LEVELS[row.state] ?? ''}">${row.state}</qui-badge>`;
}

customElements.define('qwc-vpc-cni-interfaces', QwcVpcCniInterfaces);
