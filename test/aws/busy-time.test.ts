import { describe, expect, it } from 'vitest';
import { BusyTime } from '#aws/busy-time.ts';

describe('BusyTime', () => {
  it('counts activities that overlap once, and no time between', () => {
    let now = 0;
    const time = new BusyTime(() => now);
    const endFirst = time.begin();
    now = 10;
    const endSecond = time.begin();
    now = 30;
    endFirst();
    expect(time.milliseconds).toBe(30);
    now = 50;
    endSecond();
    now = 1_000;
    expect(time.milliseconds).toBe(50);
    const endThird = time.begin();
    now = 1_007;
    endThird();
    endThird();
    expect(time.milliseconds).toBe(57);
  });

  it('begins again without what was under way', () => {
    let now = 0;
    const time = new BusyTime(() => now);
    const endOld = time.begin();
    now = 5;
    time.restart();
    expect(time.milliseconds).toBe(0);
    const end = time.begin();
    now = 8;
    endOld();
    now = 9;
    end();
    expect(time.milliseconds).toBe(4);
  });
});
