/** Quiet, and readable on a phone. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --ok: #1a7f37; --bad: #c62828; --doubt: #b26a00; }
@media (prefers-color-scheme: dark) { :root { --ok: #4cc267; --bad: #ff7b72; --doubt: #e3a33b; } }
* { box-sizing: border-box; }
[hidden] { display: none; }
body { margin: 0; font: 1rem/1.45 system-ui, sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; }
h2 { font-size: 1.25rem; margin: 0; }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
section { border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; margin-bottom: 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; }
header b { margin-left: auto; }
.on { color: var(--ok); }
.off, .alarm dd { color: var(--bad); }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .75rem 1rem; margin: 1rem 0 0; }
dt { font-size: .85rem; opacity: .75; }
dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
meter { width: 3.5rem; vertical-align: baseline; }
.bins { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .35rem; }
.bins li { border: 1px solid var(--line); border-radius: .4rem; padding: .3rem .5rem; overflow-wrap: anywhere; }
.bins b { display: inline-block; min-width: 2.75rem; }
.empty, .disabled { opacity: .6; }
.disabled { border-style: dashed !important; }
.doubt { border-color: var(--doubt) !important; color: var(--doubt); }
.alerts { margin: 1rem 0 0; padding: .6rem .75rem; list-style: none; border-left: .3rem solid var(--bad); background: #c6282814; }
.alerts b { color: var(--bad); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-size: .85rem; font-weight: 600; opacity: .75; }
th, td { padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td:first-child { white-space: nowrap; }
.notOpened td:last-child, .leftOpen td:last-child, .unconfirmed td:last-child { color: var(--doubt); }
abbr { text-decoration: none; color: var(--bad); }
summary { cursor: pointer; margin-top: 1rem; font-weight: 600; }
.note { margin: .5rem 0 0; opacity: .8; }
#stale { color: var(--bad); }
`;
