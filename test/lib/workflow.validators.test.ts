import { getLanguageService, TextDocument } from 'amazon-states-language-service';
import validate from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { definitionOf, templateOf } from '#support/synthesize.ts';

const definition = definitionOf(templateOf());

describe('the validators of the Amazon States Language', () => {
  /** asl-validator wants ARNs that look real. */
  const text = JSON.stringify(definition)
    .replaceAll('<AWS::Partition>', 'aws')
    .replaceAll(/<(\w+)\.Arn>/g, 'arn:aws:lambda:us-east-1:123456789012:function:$1');

  const diagnose = async (json: string) => {
    const service = getLanguageService({});
    const document = TextDocument.create('file:///workflow.asl.json', 'json', 1, json);
    const found = await service.doValidation(document, service.parseJSONDocument(document));
    return found.map(({ message }) => message);
  };

  test('asl-validator finds nothing', () => {
    expect(validate(JSON.parse(text)).errors).toEqual([]);
  });

  test('amazon-states-language-service finds nothing', async () => {
    expect(await diagnose(text)).toEqual([]);
  });

  test('both find a state that does not exist', async () => {
    const broken = text.replaceAll('"Next":"Finalize"', '"Next":"Finalise"');
    expect(validate(JSON.parse(broken)).errors).not.toEqual([]);
    expect(await diagnose(broken)).not.toEqual([]);
  });
});
