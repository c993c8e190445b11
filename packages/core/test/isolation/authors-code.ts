/** What a module's author may have written carelessly, and an attacker reaches. */
export const AUTHORS_CODE = `
  create function execute_text(text) returns void language plpgsql as
    $function$ begin execute $1; end $function$;

  create table adiadas (id int);
  create function fail_late() returns trigger language plpgsql as
    $function$ begin raise exception 'late'; end $function$;
  create constraint trigger late after insert on adiadas
    deferrable initially deferred for each row execute function fail_late();

  create function execute_new() returns trigger language plpgsql as
    $function$ begin execute new.texto; return null; end $function$;
  create table executadas (texto text);
  create trigger at_once after insert on executadas
    for each row execute function execute_new();
  create table atrasadas (texto text);
  create constraint trigger late after insert on atrasadas
    deferrable initially deferred for each row execute function execute_new();

  create function execute_setting() returns int language plpgsql as $function$
    begin execute current_setting('plataforma.text'); return 1; end $function$;
  create view executa as select execute_setting() as um;
  create table padroes (id int, um int default execute_setting());

  create function execute_operand(text, int) returns int language plpgsql as
    $function$ begin execute $1; return $2; end $function$;
  create operator !!! (leftarg = text, rightarg = int, function = execute_operand);

  create function execute_checked(text) returns boolean language plpgsql as
    $function$ begin execute $1; return true; end $function$;
  create domain comando as text check (execute_checked(value));

  create type linha_de_comando as (texto comando);
  create table comandos (texto comando);

  create type linha as (texto text);
  create function executa_linha(linha) returns int language plpgsql as
    $function$ begin execute $1.texto; return 1; end $function$;

  create type caixa as (texto text);
  create function abre_caixa(caixa) returns text language plpgsql as
    $function$ begin execute $1.texto; return 'aberta'; end $function$;
  create cast (caixa as text) with function abre_caixa(caixa) as implicit;
  create function junta_caixas(caixa, caixa) returns boolean language plpgsql as
    $function$ begin execute $1.texto; return true; end $function$;
  create operator <-> (leftarg = caixa, rightarg = caixa, function = junta_caixas);
  create table caixas (caixa caixa);

  create domain padrao as int default execute_setting();
  create table de_padrao (id int, um padrao);
  create table listas (comandos comando[]);

  create function chave(text) returns int immutable language plpgsql as
    $function$ begin perform execute_text($1); return 1; end $function$;
  create table divididas (texto text) partition by list (chave(texto));
  create table divididas_1 partition of divididas default;

  create function repassa() returns trigger language plpgsql as
    $function$ begin insert into executadas values (new.texto); return null; end $function$;
  create table repassadas (texto text);
  create trigger repassa after insert on repassadas for each row execute function repassa();

  create function anota() returns trigger language plpgsql as $function$ begin
    -- as the report wants them
    set datestyle = 'SQL, DMY'; return null; end $function$;
  create table anotadas (texto text);
  create trigger anota after insert on anotadas for each row execute function anota();
`
