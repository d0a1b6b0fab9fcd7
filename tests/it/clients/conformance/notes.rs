//! Notes, by curl: gcloud has no command for them.

use super::commands;

commands! {
    curl_notes_create: [] "curl -s -w '\\n%{http_code}\\n' -X POST -H 'Content-Type: application/json' \
        -H \"Authorization: Bearer $TOKEN\" --data-binary @./create_note_request.json \
        'https://containeranalysis.googleapis.com/v1/projects/binauthz-lab/notes/?noteId=my-attestor-note'";
    curl_notes_create_seed_v1alpha1: [] "curl -s -w '\\n%{http_code}\\n' -X POST -H 'Content-Type: application/json' \
        -H \"Authorization: Bearer $TOKEN\" --data-binary @./create_note_request_seed.json \
        'https://containeranalysis.googleapis.com/v1alpha1/projects/binauthz-lab/notes/?noteId=my-attestor-note-seed'";
    curl_notes_create_exists: [Note] "curl -s -w '\\n%{http_code}\\n' -X POST -H 'Content-Type: application/json' \
        -H \"Authorization: Bearer $TOKEN\" --data-binary @./create_note_request.json \
        'https://containeranalysis.googleapis.com/v1/projects/binauthz-lab/notes/?noteId=my-attestor-note'";
    curl_notes_get: [Note] "curl -s -w '\\n%{http_code}\\n' -H \"Authorization: Bearer $TOKEN\" \
        https://containeranalysis.googleapis.com/v1/projects/binauthz-lab/notes/my-attestor-note";
    curl_notes_get_notfound: [] "curl -s -w '\\n%{http_code}\\n' -H \"Authorization: Bearer $TOKEN\" \
        https://containeranalysis.googleapis.com/v1/projects/binauthz-lab/notes/nope";
    curl_notes_setiampolicy: [Note] "curl -s -w '\\n%{http_code}\\n' -X POST -H 'Content-Type: application/json' \
        -H \"Authorization: Bearer $TOKEN\" --data-binary @./iam_request.json \
        https://containeranalysis.googleapis.com/v1/projects/binauthz-lab/notes/my-attestor-note:setIamPolicy";
    curl_notes_delete: [Note] "curl -s -w '\\n%{http_code}\\n' -X DELETE -H \"Authorization: Bearer $TOKEN\" \
        https://containeranalysis.googleapis.com/v1/projects/binauthz-lab/notes/my-attestor-note";
    curl_without_token: [Note] "curl -s -w '\\n%{http_code}\\n' \
        https://containeranalysis.googleapis.com/v1/projects/binauthz-lab/notes/my-attestor-note";
    curl_another_host: [] "curl -s -w '%{http_connect}\\n' https://example.com/";
}
