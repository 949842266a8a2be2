/** How the console is laid out; colours and controls are the dialog's. */

import { css } from 'lit';

export const layout = css`
  :host {
    display: grid;
    grid-template-columns: 184px minmax(0, 1fr);
    min-height: 100dvh;
    background: var(--paper);
  }
  h1 { font-size: 22px; line-height: 28px; font-weight: 600; }
  main { padding: 20px 24px 48px; display: block; }
  main h2 { font-size: 16px; line-height: 24px; }
  main > * { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
  main > * > :is(mass-reply-filters, mass-reply-guards, mass-reply-snippets, mass-reply-rules, mass-reply-webhooks, mass-reply-keys, mass-reply-log, mass-reply-page) { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
  main.door { grid-column: 1 / -1; display: grid; place-content: center; padding: 16px; }
  .door form { width: min(400px, calc(100vw - 32px)); padding: 24px; }
  dialog.small { width: min(440px, calc(100vw - 32px)); height: fit-content; max-height: 100dvh; overflow: auto; border-radius: var(--radius); border-width: 1px; }
  dialog.small form { border: 0; padding: 24px; }
  nav { background: var(--shade); border-right: 1px solid var(--line); padding: 16px 8px; display: flex; flex-direction: column; justify-content: space-between; gap: 16px; position: sticky; top: 0; height: 100dvh; }
  nav ul { display: grid; gap: 4px; }
  nav li a { display: block; padding: 8px 12px; border-radius: var(--radius); color: inherit; text-decoration: none; }
  nav li a:hover { background: var(--line); }
  nav li a[aria-current='page'] { background: var(--accent); color: var(--on-accent); font-weight: 600; }
  .who { padding: 0 12px; overflow-wrap: anywhere; }
  .who button, .door .plain { padding: 2px 8px; min-height: 30px; }
  [aria-pressed='true'] { font-weight: 700; text-decoration: underline; }
  .page-head { min-height: 36px; }
  .total { font-size: 16px; }
  .filters, .fields { align-items: end; }
  .fields { padding: 12px 0; gap: 12px 16px; }
  .card .fields { padding: 0; }
  .fields.even { display: grid; gap: 12px 16px; grid-template-columns: repeat(auto-fill, minmax(min(240px, 100%), 1fr)); }
  .even :is(input:not([type='checkbox']), select) { width: 100%; }
  .even .choice { min-height: 38px; }
  legend { padding: 0 0 8px; }
  .chips { min-height: 32px; }
  .chip.filter { display: inline-flex; align-items: center; gap: 4px; padding: 0 12px; font-size: 14px; min-height: 30px; border-color: var(--control); overflow-wrap: anywhere; }
  .chip.filter:has(button) { padding-right: 2px; }
  .chip.filter button { min-height: 26px; padding: 0 8px; border-radius: 13px; }
  .bulk.some { box-shadow: inset 4px 0 0 var(--accent); }
  .empty { padding: 32px 8px; text-align: center; }
  .code { font: 13px/18px ui-monospace, monospace; }
  .bulk { min-height: 52px; padding: 8px 12px; background: var(--shade); border-radius: var(--radius); position: sticky; top: 0; z-index: 1; }
  .wide { overflow-x: auto; container-type: inline-size; }
  .tick { width: 34px; }
  .tight { white-space: nowrap; }
  .clip { display: block; width: 0; min-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  td:has(> .clip) { width: 60%; }
  tr[aria-selected='true'] { background: var(--shade); }
  .chip { display: inline-block; border: 1px solid var(--line); border-radius: 12px; padding: 0 8px; font-size: 12px; }
  .state { border: 1px solid var(--control); border-radius: 12px; padding: 1px 10px; white-space: nowrap; }
  .state.sending, .state.ready, .state.completed, .state.active, .state.done { border-color: var(--good); color: var(--good); }
  .state.paused, .state.cooling, .state.awaiting_approval, .state.scheduled, .state.retrying, .state.disabled { border-color: var(--amber); color: var(--amber); }
  .beside { display: grid; gap: 24px; grid-template-columns: minmax(0, 3fr) minmax(280px, 2fr); align-items: start; }
  .thread-head { align-items: start; }
  .thread { border-left: 1px solid var(--line); padding-left: 24px; }
  .item { padding: 8px 12px; border-radius: var(--radius); background: var(--shade); }
  .item.reply { border-left: 4px solid var(--accent); }
  .item.system_note { border-left: 4px solid var(--control); }
  .item.system_error { border-left: 4px solid var(--danger); }
  .plain-text { white-space: pre-wrap; overflow-wrap: anywhere; }
  .cards { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); }
  .full { width: 100%; }
  .grow { flex: 1 1 240px; }
  mass-reply-settings > :not(.page-head) { margin-bottom: 16px; }
  pre { margin: 0; font: 13px/18px ui-monospace, monospace; }
  mass-reply-watch .body { padding: 0; }
  @media (max-width: 720px) {
    :host { grid-template-columns: minmax(0, 1fr); align-content: start; }
    nav { position: static; height: auto; padding: 8px; border: 0; border-bottom: 1px solid var(--line); gap: 8px; }
    nav ul { display: flex; flex-wrap: wrap; gap: 0; }
    nav li a { padding: 6px 8px; }
    .who { display: flex; gap: 8px; justify-content: space-between; align-items: center; padding: 0 8px; }
    .who .role { display: none; }
    main { padding: 16px; }
    .bulk { min-height: 96px; }
    .rows tr { display: block; padding: 6px 0; border-bottom: 1px solid var(--line); }
    .rows th, .rows td { display: block; border: 0; padding: 2px 8px; text-align: left; white-space: normal; }
    .rows :is(td:empty, thead) { display: none; }
    .rows td[data-label]::before { content: attr(data-label) ': '; }
    .beside { grid-template-columns: minmax(0, 1fr); }
    .thread { border: 0; padding: 0; }
    .beside > .wide { display: none; }
  }
  /* By its own width: a thread may stand beside it. */
  @container (max-width: 640px) {
    .list th:nth-child(n + 3) { display: none; }
    .list tr { display: flex; flex-wrap: wrap; border-bottom: 1px solid var(--line); padding: 4px 0 4px 34px; }
    .list :is(th, td) { border: 0; padding: 4px 8px; }
    .list .tick { margin-left: -34px; }
    .list td:nth-child(2) { flex: none; width: 100%; }
    .list td:nth-child(n + 3) { padding-top: 0; }
    .list td:nth-child(4) br { display: none; }
    .list td:nth-child(5) { margin-left: auto; }
  }
`;
