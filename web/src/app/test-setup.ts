import "@/shared/i18n";
