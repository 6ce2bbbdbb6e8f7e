<?php
// PHP's sessions in a cluster, locked while a request has them: sessions.php TIMES PORT...
// A process at each of several nodes raises a counter of one session, which it must have to itself for that.
[$times, $ports] = [(int) $argv[1], array_slice($argv, 2)];
ini_set('session.use_cookies', '0');
ini_set('session.use_only_cookies', '0');
ini_set('session.cache_limiter', '');
ini_set('session.save_handler', 'redis');
ini_set('redis.session.locking_enabled', '1');
ini_set('redis.session.lock_expire', '60');
ini_set('redis.session.lock_wait_time', '2000');
ini_set('redis.session.lock_retries', '10000');

function raise(string $port, int $times): void
{
    ini_set('session.save_path', "tcp://127.0.0.1:$port");
    for ($i = 0; $i < $times; $i++) {
        session_id('kindred');
        session_start() || exit(2);
        $_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;
        session_write_close();
    }
}

$children = [];
foreach ($ports as $port) {
    $child = pcntl_fork();
    if ($child === 0) {
        raise($port, $times);
        exit(0);
    }
    $children[] = $child;
}
foreach ($children as $child) {
    pcntl_waitpid($child, $status);
    pcntl_wexitstatus($status) === 0 || exit(1);
}
ini_set('session.save_path', "tcp://127.0.0.1:{$ports[0]}");
session_id('kindred');
session_start();
$n = $_SESSION['n'];
session_write_close();
$n === $times * count($ports) || exit("$n times\n");
echo "php sessions ok\n";
