/** Black on white, large, and usable with a thumb. */
export const STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 40rem; padding: 0 1rem 4rem; background: #fff; color: #000; font: 1.0625rem/1.45 system-ui, sans-serif; }
[hidden] { display: none !important; }
.search { position: sticky; top: 0; z-index: 1; background: #fff; padding: .75rem 0; }
.search input { width: 100%; font: inherit; font-size: 1.25rem; padding: .7rem .9rem; border: 2px solid #000; border-radius: .6rem; background: #fff; color: #000; }
nav { display: flex; flex-wrap: wrap; gap: .5rem; padding-bottom: .5rem; }
nav a { border: 2px solid #000; border-radius: .6rem; padding: .5rem .8rem; color: #000; text-decoration: none; font-weight: 600; }
section { scroll-margin-top: 5rem; }
section + section { border-top: .5rem solid #000; margin-top: 2.5rem; }
header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; margin-top: .5rem; }
h1 { font-size: 1.8rem; line-height: 1.15; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 1.6rem 0 .5rem; }
.sheet { margin: 0; background: #000; color: #fff; border-radius: .5rem; padding: .35rem .8rem; font-weight: 700; font-size: 1.2rem; white-space: nowrap; }
.facts { margin: .4rem 0; color: #444; font-size: .95rem; }
.lead { margin: .4rem 0; font-weight: 600; }
.old { background: #000; color: #fff; font-weight: 700; font-size: 1.15rem; text-align: center; margin: .5rem 0; padding: .8rem; border-radius: .6rem; }
details.rest { border: 2px solid #000; border-radius: .6rem; margin: .6rem 0; }
details.rest > summary { padding: .8rem .9rem; font-weight: 700; font-size: 1.1rem; cursor: pointer; }
details.rest > summary small { display: block; font-weight: 400; font-size: .92rem; color: #444; }
details.rest ol { margin: 0; padding: 0 1rem .8rem 2.4rem; }
details.rest li { margin: .45rem 0; }
article { display: grid; grid-template-columns: 4.4rem 1fr; column-gap: .6rem; border-top: 2px solid #000; padding: .9rem 0; margin-top: .6rem; }
article h3 { font-size: 1.6rem; line-height: 1.1; margin: 0; }
b { overflow-wrap: anywhere; min-width: 0; }
article .key { margin: 0; min-width: 0; display: flex; flex-wrap: wrap; gap: .1rem .7rem; align-items: baseline; }
article details { grid-column: 1 / -1; margin-top: .5rem; }
.fob { font-weight: 700; font-variant-numeric: tabular-nums; letter-spacing: .04em; }
code { font: 700 1.55rem/1.3 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: .02em; white-space: nowrap; }
i { font-style: normal; color: #444; font-size: 1.05rem; min-width: 2.2rem; display: inline-block; }
summary.next { display: flex; align-items: baseline; gap: .4rem; cursor: pointer; padding: .3rem 0; }
summary.next small { margin-left: auto; text-decoration: underline; }
.codes { list-style: none; margin: 0; padding: .2rem .9rem .7rem; display: grid; gap: .15rem; }
article .codes { padding: .2rem 0; }
.codes li { display: flex; align-items: baseline; gap: .4rem; }
.codes small { margin-left: auto; }
.gone, .gone i { color: #777; }
s { text-decoration-thickness: .16em; }
.away ul { list-style: none; margin: 0; padding: 0; }
.away li { display: flex; flex-wrap: wrap; gap: .1rem .8rem; border-top: 1px solid #000; padding: .6rem 0; }
.away li b { flex: 1 1 12rem; }
#none { font-size: 1.2rem; font-weight: 600; }
`;
