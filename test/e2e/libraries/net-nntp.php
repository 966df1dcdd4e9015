<?php
// PEAR's Net_NNTP, driven by library.ts. Its code is older than PHP 8, which remarks on it at length.
error_reporting(E_ERROR);
require_once 'Net/NNTP/Client.php';

class Refused extends Exception {}

function accepted($answer)
{
    if (!PEAR::isError($answer)) return $answer;
    if (!$answer->getCode()) throw new Exception($answer->getMessage());
    throw new Refused($answer->getCode() . ' ' . $answer->getUserInfo());
}

$news = new Net_NNTP_Client();
$verbs = [
    'connect' => fn($host, $port, $security) =>
        accepted($news->connect($host, $security === 'nntps' ? 'tls' : null, (int) $port)) && false,
    'login' => fn($user, $secret) => accepted($news->authenticate($user, $secret)) && false,
    'groups' => fn() => array_keys(accepted($news->getGroups())),
    'group' => function ($name) use ($news) {
        $group = accepted($news->selectGroup($name));
        return ["{$group['count']}\t{$group['first']}\t{$group['last']}"];
    },
    'over' => function ($low, $high) use ($news) {
        $rows = accepted($news->getOverview("$low-$high"));
        $wanted = ['Number', 'Subject', 'From', 'Message-ID', 'References'];
        return array_map(fn($row) => implode("\t", array_map(fn($name) => $row[$name], $wanted)), $rows);
    },
    'article' => fn($which) => accepted($news->getArticle($which)),
    'newnews' => fn($name, $seconds) => accepted($news->getNewArticles((int) $seconds, $name)),
    // It wants the article “in a ready to send format”: dots are the caller's.
    'post' => fn($text) =>
        accepted($news->post(str_replace("\n", "\r\n", preg_replace('/^\./m', '..', base64_decode($text))))) && false,
    'quit' => fn() => accepted($news->quit()) && false,
];

while (($line = fgets(STDIN)) !== false) {
    $words = explode("\t", rtrim($line, "\n"));
    try {
        foreach ($verbs[array_shift($words)](...$words) ?: [] as $said) echo '=', base64_encode($said), "\n";
        echo "ok\n";
    } catch (Refused $refused) {
        echo 'no ', trim($refused->getMessage()), "\n";
    }
}
