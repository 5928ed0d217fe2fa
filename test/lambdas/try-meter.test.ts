import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TryMeter } from '#lambdas/shared/try-meter.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';

let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices();
});
afterAll(() => services.close());

/** Keeps the processor busy. */
function compute(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) Math.sqrt(end);
}

describe('TryMeter', () => {
  it('counts reading until the body ends, sending, and CPU', async () => {
    const meter = new TryMeter();
    const s3 = meter.timed(services.connect().s3);
    const at = { Bucket: services.bucket, Key: 'measured' };
    meter.begin('request-1');
    await s3.send(new PutObjectCommand({ ...at, Body: new Uint8Array(1_000_000) }));
    const sent = meter.measures();
    expect(sent.sendMs).toBeGreaterThan(0);
    expect(sent).toMatchObject({ isCold: true, readMs: 0, requestId: 'request-1' });
    expect(sent.rssMiB).toBeGreaterThan(20);

    const { Body } = await s3.send(new GetObjectCommand(at));
    // The answer is there, the body is not read.
    compute(60);
    expect(meter.measures().readMs).toBeGreaterThanOrEqual(60);
    expect(meter.measures().encodeMs).toBeGreaterThan(30);
    await Body?.transformToByteArray();
    await new Promise(setImmediate);
    const { readMs } = meter.measures();
    compute(30);
    expect(meter.measures()).toMatchObject({ readMs, sendMs: sent.sendMs });
  });

  it('begins again with each invocation of a process, which is cold once', async () => {
    const meter = new TryMeter();
    meter.begin('first');
    await meter.sending(async () => compute(20));
    await meter.reading(async () => compute(20));
    const first = meter.measures();
    expect(first.sendMs).toBeGreaterThanOrEqual(20);
    expect(first.readMs).toBeGreaterThanOrEqual(20);
    meter.begin('second');
    const second = { isCold: false, readMs: 0, sendMs: 0, requestId: 'second' };
    expect(meter.measures()).toMatchObject(second);
  });

  it('fails with what it measures, and ends there', async () => {
    const meter = new TryMeter();
    meter.begin(undefined);
    const failing = meter.sending(async () => {
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow(RangeError);
    const { sendMs } = meter.measures();
    compute(15);
    expect(meter.measures().sendMs).toBe(sendMs);
    expect(meter.measures()).not.toHaveProperty('requestId');
  });
});
