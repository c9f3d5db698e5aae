/** The style of the page: one column, the colours of light or dark as the reader has them. */
export const STYLE = `
:root {
	--paper: #ffffff; --ink: #1c2128; --quiet: #57606a; --line: #d0d7de;
	--fails: #a40e26; --danger: #b3261e; --danger-paper: #ffebe9;
	--added: #116329; --added-paper: #e6f6ea; --changed: #7a4d00; --changed-paper: #fff3d6;
	--removed: #57606a; --removed-paper: #eef1f4;
}
@media (prefers-color-scheme: dark) {
	:root {
		--paper: #0d1117; --ink: #e6edf3; --quiet: #9da7b3; --line: #3d444d;
		--fails: #ff9492; --danger: #ffa198; --danger-paper: #4c1519;
		--added: #7ee2a0; --added-paper: #12351f; --changed: #f2cc60; --changed-paper: #3a2d05;
		--removed: #b1bac4; --removed-paper: #21262d;
	}
}
* { box-sizing: border-box; }
body {
	margin: 0 auto; padding: 1rem; max-width: 76rem; overflow-wrap: break-word;
	background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.25rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.5rem 0 0; }
p { margin: .25rem 0; }
.verdict { font-size: 1.15rem; font-weight: 600; }
.findings { list-style: none; margin: .5rem 0; padding: 0; }
.findings strong { display: block; font-size: .75rem; text-transform: uppercase; letter-spacing: .04em; }
.findings li { border-left: .3rem solid var(--line); padding: .2rem .6rem; margin: .3rem 0; white-space: pre-wrap; }
.findings .fails, .findings .danger { border-color: var(--danger); background: var(--danger-paper); }
.findings .fails strong { color: var(--fails); } .findings .danger strong { color: var(--danger); }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: 0 .75rem; }
summary { cursor: pointer; padding: .5rem 0; font-weight: 600; }
.wide { overflow-x: auto; margin: .5rem 0; }
table { border-collapse: collapse; font-size: .875rem; }
caption { text-align: left; color: var(--quiet); padding: .25rem 0; }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top; min-width: 5rem; }
thead th { color: var(--quiet); }
.added { color: var(--added); background: var(--added-paper); }
.removed { color: var(--removed); background: var(--removed-paper); }
.changed { color: var(--changed); background: var(--changed-paper); }
td.danger { color: var(--danger); background: var(--danger-paper); font-weight: 600; }
.hidden { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
svg { display: block; min-width: 48rem; max-width: 100%; height: auto; }
svg text { fill: var(--ink); } svg polygon, svg path, svg ellipse { stroke: var(--quiet); fill: none; }
svg .edge polygon { fill: var(--quiet); }
svg .added path, svg .added ellipse, svg .added polygon { stroke: var(--added); stroke-width: 2.5; }
svg .changed path, svg .changed ellipse, svg .changed polygon { stroke: var(--changed); stroke-width: 2.5; }
svg .removed path, svg .removed ellipse, svg .removed polygon { stroke: var(--removed); stroke-dasharray: 4 3; }
svg .added text { fill: var(--added); } svg .changed text { fill: var(--changed); }
svg .removed text { fill: var(--removed); text-decoration: line-through; }
`;
