-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TYPE cupons_tipo AS ENUM ('percentual', 'fixo', 'frete');

CREATE TABLE cupons (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  codigo          VARCHAR(20)   NOT NULL,
  tipo            cupons_tipo   NOT NULL,
  valor           NUMERIC(14,2) NOT NULL,
  valido_ate      DATE          NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, codigo),
  CHECK (valor >= 0)
);

CREATE TABLE regras (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  cupom_id        UUID          NOT NULL,
  categoria       VARCHAR(80)   NOT NULL,
  pedido_minimo   NUMERIC(14,2) NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, cupom_id, categoria),
  CHECK (pedido_minimo >= 0),
  FOREIGN KEY (organization_id, cupom_id)
    REFERENCES cupons (organization_id, id)
);

-- @down
DROP TABLE regras;
DROP TABLE cupons;
DROP TYPE cupons_tipo;
