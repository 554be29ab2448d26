%% A mirror on Erlang/OTP's diameter application, with the dictionaries of this repository compiled by diameterc. It connects
%% to a node, sends each request that it gets back to where it came from, and answers with the answer that it got: what
%% returns went through decoder and encoder of Erlang, in both directions.
-module(scefkit_mirror).
-include_lib("diameter/include/diameter.hrl").
-export([main/0]).
-export([peer_up/3, peer_down/3, pick_peer/4, prepare_request/3, prepare_retransmit/3, handle_answer/4, handle_error/4,
         handle_request/3]).

main() ->
    Port = list_to_integer(os:getenv("PEER_PORT")),
    Dicts = dictionaries(),
    {ok, _} = application:ensure_all_started(diameter),
    ok = diameter:start_service(mirror, [
        {'Origin-Host', "mirror.example"}, {'Origin-Realm', "example"}, {'Vendor-Id', 10415}, {'Product-Name', "Erlang/OTP"},
        {'Supported-Vendor-Id', [10415]},
        {'Vendor-Specific-Application-Id', [[{'Vendor-Id', 10415}, {'Auth-Application-Id', [D:id()]}] || D <- Dicts]},
        {string_decode, false}, {decode_format, map}]
        ++ [{application, [{alias, D}, {dictionary, D}, {module, ?MODULE}, {answer_errors, callback}]} || D <- Dicts]),
    true = diameter:subscribe(mirror),
    {ok, _} = diameter:add_transport(mirror, {connect, [
        {transport_module, diameter_tcp}, {transport_config, [{raddr, {127, 0, 0, 1}}, {rport, Port}]}]}),
    receive #diameter_event{service = mirror, info = Info} when element(1, Info) == up -> ok
    after 20000 -> halt(1) end,
    io:format("up~n"),
    "stop\n" = io:get_line(""),
    ok = diameter:stop_service(mirror),
    halt(0).

peer_up(_, _, State) -> State.
peer_down(_, _, State) -> State.
pick_peer([Peer | _], _, _, _) -> {ok, Peer};
pick_peer([], _, _, _) -> false.

prepare_request(#diameter_packet{msg = Msg}, _, _) -> {send, Msg}.
prepare_retransmit(Packet, _, _) -> {send, Packet}.
handle_answer(#diameter_packet{msg = Msg, errors = []}, _, _, _) -> {ok, Msg};
handle_answer(#diameter_packet{errors = Errors}, _, _, _) -> {errors, Errors}.
handle_error(Reason, _, _, _) -> {error, Reason}.

handle_request(#diameter_packet{header = Header, msg = [Name | Avps], errors = []}, mirror,
               {_, #diameter_caps{origin_host = {OH, PH}, origin_realm = {OR, PR}}}) ->
    Dict = lists:keyfind(Header#diameter_header.application_id, 1, [{D:id(), D} || D <- dictionaries()]),
    Back = Avps#{'Origin-Host' => OH, 'Origin-Realm' => OR, 'Destination-Realm' => PR},
    To = case Avps of
        #{'Destination-Host' := [_]} -> Back#{'Destination-Host' => [PH]};
        #{'Destination-Host' := _} -> Back#{'Destination-Host' => PH};
        _ -> Back
    end,
    case diameter:call(mirror, element(2, Dict), [Name | To], []) of
        {ok, Answer} -> {reply, Answer};
        Other -> io:format("~p: the answer: ~p~n", [Name, Other]), discard
    end;
handle_request(#diameter_packet{errors = Errors, msg = Msg}, _, _) ->
    io:format("the request ~p: ~p~n", [Msg, Errors]),
    discard.

dictionaries() -> [list_to_atom("scefkit_" ++ D) || D <- string:lexemes(os:getenv("DICTIONARIES"), " ")].
