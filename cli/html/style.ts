import { Markup } from './markup.ts';

/** The look of all pages: light and dark, on a screen and on paper, without a font to load. */
export const STYLE = new Markup(`
:root{color-scheme:light dark;--text:#1a1d21;--soft:#50565e;--line:#d5d9de;--page:#fff;--card:#f5f6f8;
--done:#2f6db5;--skipped:#7a8592;--failed:#c62828;--killed:#b25a00;--good:#17692f;--link:#1d5fa8}
@media (prefers-color-scheme:dark){:root{--text:#e6e8eb;--soft:#a9b0b9;--line:#3a4048;--page:#15181c;
--card:#1f2329;--done:#6ea8e8;--skipped:#97a1ad;--failed:#ff8a80;--killed:#f0a45a;--good:#7fd394;--link:#8fc0f5}}
*{box-sizing:border-box}
html{background:Canvas;background:var(--page);color:var(--text);font:15px/1.5 system-ui,sans-serif}
body{margin:0 auto;max-width:880px;padding:24px 20px 60px}
h1{font-size:26px;margin:4px 0 8px}h2{font-size:19px;margin:36px 0 8px}h3{font-size:15px;margin:20px 0 6px}
p{margin:6px 0}a{color:var(--link)}.soft,figcaption,.facts dt{color:var(--soft)}
.lead{font-size:17px;overflow-wrap:anywhere}
.state{display:inline-block;margin:0;padding:2px 12px;border:2px solid;border-radius:99px;font-weight:600}
.state.complete{color:var(--good)}.state.failed,.state.incomplete{color:var(--failed)}.state.running{color:var(--done)}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:2px 14px;margin:14px 0}
.facts dd{margin:0;overflow-wrap:anywhere}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(230px,1fr));gap:10px;margin:22px 0}
.card{background:var(--card);border-radius:8px;padding:12px 14px}
.card dt{color:var(--soft)}.card dd{margin:0}.card b{display:block;font-size:23px}.card span{color:var(--soft)}
figure{margin:22px 0;break-inside:avoid}figure svg{width:100%;height:auto;background:none;overflow:visible;display:block}svg text{white-space:pre}
svg path.done{fill:var(--done)}svg path.skipped{fill:var(--skipped)}
svg path.failed{fill:var(--failed)}svg path.killed{fill:var(--killed)}
.key{display:inline;margin:0;padding:0;list-style:none}.key li{display:inline-block;margin-right:14px}
.key li::before{content:"";display:inline-block;width:11px;height:11px;margin-right:5px;background:currentColor}
.key .done::before{background:var(--done)}.key .skipped::before{background:var(--skipped)}
.key .failed::before{background:var(--failed)}.key .killed::before{background:var(--killed)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:6px 0;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid var(--line);padding:4px 12px 4px 0;text-align:left;vertical-align:top}
td:last-child{overflow-wrap:anywhere}
th{font-weight:600}tbody th{font-weight:400}
pre{background:var(--card);border-radius:6px;padding:10px 12px;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
code{font:13px/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
.checks,.holes{padding-left:0;list-style:none}.checks li,.holes li{margin:4px 0}.holes li::before{content:"– "}
.mark{display:inline-block;min-width:76px}.mark.yes{color:var(--good)}.mark.no{color:var(--failed)}
.failures{padding-left:22px}
@media print{:root{color-scheme:light;--text:#000;--soft:#444;--line:#bbb;--page:#fff;--card:#f2f2f2;
--done:#2f6db5;--skipped:#7a8592;--failed:#c62828;--killed:#b25a00;--good:#17692f;--link:#000}
body{max-width:none;padding:0}.wide{overflow:visible}tr,.card,li{break-inside:avoid}}
`);
