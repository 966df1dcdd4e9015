# News::NNTPClient (perl), driven by library.ts.
use strict;
use warnings;
use MIME::Base64 qw(encode_base64 decode_base64);
use News::NNTPClient;

$| = 1;
my $news;

my %verbs = (
  connect => sub {
    $news = News::NNTPClient->new($_[0], $_[1]);
    $news->mode_reader;
  },
  login => sub { $news->authinfo(@_) },
  groups => sub { map { (split)[0] } $news->list },
  group => sub {
    my ($low, $high) = $news->group($_[0]) or return;
    my ($count) = $news->message =~ /^(\d+)/;
    "$count\t$low\t$high";
  },
  over => sub { map { join "\t", (split /\t/)[0, 1, 2, 4, 5] } $news->xover(@_) },
  article => sub { $news->article($_[0]) },
  newnews => sub { $news->newnews($_[0], $_[1]) },
  post => sub { $news->post(map { "$_\n" } split /\n/, decode_base64($_[0]), -1) },
  quit => sub { $news->quit },
);

while (my $line = <STDIN>) {
  chomp $line;
  my ($verb, @words) = split /\t/, $line, -1;
  my @said = $verbs{$verb}->(@words);
  if (!$news->ok) { my $text = $news->code . ' ' . $news->message; $text =~ s/\s+\z//; print "no $text\n"; next }
  if ($verb =~ /^(groups|group|over|article|newnews)$/) { print '=', encode_base64(s/\r?\n\z//r, ''), "\n" for @said }
  print "ok\n";
}
