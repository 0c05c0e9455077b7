import { Component, type FunctionComponent, type VNode } from 'preact';

/** Shown anew only when one of its properties is another one: for what there are many of. */
export const memo = <P extends object>(show: (props: P) => VNode): FunctionComponent<P> =>
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const now = this.props;
      return Object.entries(next).some(([name, value]) => now[name as keyof P] !== value);
    }
    override render(): VNode {
      return show(this.props);
    }
  } as unknown as FunctionComponent<P>;
