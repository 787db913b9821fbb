import { formatsText } from '../formats-text.ts';
import type { FullReport } from '../full-report.ts';
import { renderPage, type Section } from '../svg/page.ts';
import { grouped } from '../table.ts';
import { accuracySection } from './accuracy-section.ts';
import { flashSection } from './flash-section.ts';
import { headline } from './headline.ts';
import { layersSection } from './layers-section.ts';
import { memorySection } from './memory-section.ts';
import { ramSection } from './ram-section.ts';
import { remarksSection } from './remarks-section.ts';
import { sqnrSection } from './sqnr-section.ts';
import { weightsSection } from './weights-section.ts';

/** The report as one self-contained HTML page; see renderPage(). Sections without data are left out. */
export function renderReportPage(full: FullReport): string {
  const { version, model, target, macs } = full.report;
  const sections: readonly (Section | null)[] = [
    { id: 'summary', title: 'Summary', body: headline(full) },
    layersSection(full),
    weightsSection(full),
    sqnrSection(full),
    accuracySection(full),
    flashSection(full),
    ramSection(full),
    memorySection(full),
    remarksSection(full),
  ];
  return renderPage({
    title: model,
    subtitle: `${formatsText(full.report)} for ${target}, ${grouped(macs)} multiply-accumulates per inference`,
    sections: sections.filter((section) => section !== null),
    footer: `nibblec ${version}. What each number means and how it is measured: docs/report.md`,
  });
}
