import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { login, NameRefused, type Identity } from '../session/identity.js';

export const SignIn = ({ signIn }: { signIn: (identity: Identity, token: string) => void }) => {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), [problem]);

  const submit = async (form: HTMLFormElement): Promise<void> => {
    const data = new FormData(form);
    const name = data.get('name');
    if (typeof name !== 'string' || name.trim() === '') return setProblem('Type a name first: any will do.');
    setBusy(true);
    setProblem(undefined);
    try {
      const { identity, token } = await login(name, data.has('moderator'));
      signIn(identity, token);
    } catch (error) {
      setProblem(error instanceof NameRefused ? error.message : 'The server could not be reached. Try again.');
      setBusy(false);
    }
  };

  return (
    <main class="sign-in">
      <form
        class="card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <h1>Come on in</h1>
        <p class="lead">Rooms to talk in. Say who you are, and pick one.</p>
        <label class="field">
          <span>Name</span>
          <input
            name="name"
            autoComplete="nickname"
            maxLength={256}
            aria-invalid={problem !== undefined}
            aria-describedby="sign-in-problem"
            ref={field}
          />
        </label>
        <p id="sign-in-problem" class="problem" role="alert">
          {problem}
        </p>
        <label class="check">
          <input type="checkbox" name="moderator" aria-describedby="moderator-hint" />
          <span>Moderator</span>
        </label>
        <p id="moderator-hint" class="hint check-hint">
          May remove messages, mute people and ask them out.
        </p>
        <button class="primary wide" disabled={isBusy}>
          Sign in
        </button>
        <p class="hint fine-print">
          This is a demo: there is no password, it believes whoever you say you are, moderators included. The same name
          is the same person.
        </p>
      </form>
    </main>
  );
};
