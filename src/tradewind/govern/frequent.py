"""Words that people take as passwords most often; with digits and signs around them they are no better."""

from __future__ import annotations

FREQUENT = frozenset(
    """
    password passwort passwords motdepasse contrasena contraseña senha wachtwoord parola haslo salasana kennwort
    passphrase passcode mypassword newpassword thepassword yourpassword changeme changemenow changeit letmein
    letmeinnow welcome welcomeback willkommen bienvenue bienvenido benvenuto iloveyou iloveyouso loveyou ilovemyself
    teamo jetaime ichliebedich tiamo qwerty qwertyuiop qwertz qwertzuiop azerty azertyuiop asdfgh asdfghjkl zxcvbnm
    zxcvbn qazwsx qazwsxedc qwer qweasd qweasdzxc asdf asdfasdf qwerqwer qweqwe abcabc abcd abcdef abcdefg abcdefgh
    admin administrator administrador adminadmin root rootroot superuser supervisor master masterkey default guest
    user username login signin secret topsecret mysecret supersecret test tester testtest testing testuser temp
    temppassword temporary demo demodemo example sample sunshine princess princesa football baseball basketball
    soccer hockey liverpool chelsea arsenal barcelona realmadrid juventus monkey dragon shadow superman batman
    spiderman starwars pokemon naruto minecraft fortnite michael jennifer jessica ashley daniel charlie jordan
    thomas andrew nicole matthew anthony joshua robert hunter killer trustno trustnoone freedom whatever computer
    internet samsung google facebook instagram whatsapp microsoft windows apple iphone android linkedin twitter
    summer winter spring autumn sommer herbst fruehling january february march april june july august september
    october november december monday tuesday wednesday thursday friday saturday sunday cookie chocolate butterfly
    flower purple orange yellow silver golden diamond forever family mother father babygirl sweetheart lovely angel
    jesus jesuschrist god blessed corona covid company marketing sales salesteam office business customer customers
    analytics tradewind correcthorsebatterystaple nothing something access access denied login zaqwsx zaqxsw
    passw passwd pass word hello hellothere helloworld hallo goodmorning good morning bonjour buenosdias
    """.split()  # noqa: SIM905
)
