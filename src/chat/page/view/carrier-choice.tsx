import { CARRIERS, isCarrier, type CarrierName } from '../session/carriers.js';

export const CarrierChoice = ({ carrier, choose }: { carrier: CarrierName; choose: (name: CarrierName) => void }) => (
  <label class="field carrier">
    <span>Connection</span>
    <select
      value={carrier}
      onChange={({ currentTarget: { value } }) => {
        if (isCarrier(value)) choose(value);
      }}
    >
      {CARRIERS.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  </label>
);
