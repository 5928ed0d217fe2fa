import { describe, expect, it } from 'vitest';
import { html, Markup, shownText } from '#cli/html/markup.ts';

describe('html', () => {
  it('escapes every value, in text and in quoted attributes', () => {
    const hostile = `"><script>alert('x')</script>&amp;`;
    expect(html`<p title="${hostile}">${hostile}</p>`.text).toBe(
      '<p title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;">' +
        '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;</p>',
    );
  });

  it('leaves markup as it is, joins lists, and writes nothing for undefined', () => {
    const items = ['a', '<b>'].map((text) => html`<li>${text}</li>`);
    expect(html`<ul>${items}</ul>${undefined}${3}${new Markup('<hr>')}`.text).toBe(
      '<ul><li>a</li><li>&lt;b&gt;</li></ul>3<hr>',
    );
  });
});

describe('shownText', () => {
  it('shows characters that are not seen, or turn others around', () => {
    expect(shownText('a\u0000b\u202ecsv.exe\u200b\ud800')).toBe(
      'a\\u0000b\\u202ecsv.exe\\u200b\ufffd',
    );
    expect(shownText('two\nlines\tof text')).toBe('two\nlines\tof text');
  });

  it('cuts what is long', () => {
    expect(shownText('x'.repeat(100_000))).toHaveLength(601);
  });
});
